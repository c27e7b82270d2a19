"""From what a person typed to what is asked of the terms of records (`resources.search.terms`).

A question is its words, all of which have to be found. The last one may be the beginning of a word.
Words between quotes have to follow each other. Korean, Chinese and Japanese words are found inside
other words, by their pairs of characters, as endings are attached to them and compounds are written
together.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from resources.byte_cache import byte_cached
from resources.search.terms import CJK, IS_CJK, pairs_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_WORDS = 12
CONDITION_BYTES = 256 * 1024
"""Memory for conditions, which a request asks for several times."""
CLAUSE = re.compile(r'"(?P<quoted>[^"]*)(?P<end>"?)|(?P<plain>[^"]+)')
RUN = re.compile(f"[{CJK}]+|[^{CJK}]+")
UNFINISHED = re.compile("(?<=[가-힣])[ㄱ-ㅎ]\\Z")
"""A consonant that is on its way to become a syllable."""
PAIR_LENGTH = 2


class Among(StrEnum):
    """Among which terms of a record something is looked for."""

    ANY = "any"
    WORDS = "words"
    PARTS = "parts"
    TITLE = "title"
    BODY = "body"


class Adjacent(NamedTuple):
    """Terms that follow each other; the last may be the beginning of a term."""

    terms: tuple[str, ...]
    among: Among = Among.ANY
    is_beginning: bool = False


class All(NamedTuple):
    """All of these have to be found; of none, nothing is."""

    of: tuple[Adjacent | Either, ...]


class Either(NamedTuple):
    """A word or its parts have to be found. A record with both ranks higher."""

    of: tuple[Adjacent, Adjacent | All]


class Clause(NamedTuple):
    """Words of a question, between quotes or outside of them."""

    words: list[str]
    is_quoted: bool
    is_closed: bool


type Condition = Adjacent | All | Either


@byte_cached(CONDITION_BYTES, lambda question: 400 + 100 * len(question))
def condition_of(question: str) -> All:
    """Return what a question asks for; words after the twelfth do not count."""
    return All(tuple(_conditions(question))[:MOST_WORDS])


def is_of_one_word(question: str) -> bool:
    """Return whether a question asks for one thing only, a word or a phrase."""
    return len(condition_of(question).of) == 1


def tiers_of(condition: All) -> tuple[Adjacent, Adjacent, Adjacent]:
    """Return where the one word of a question is looked for before all the rest.

    First the word itself in titles, then as a beginning of their words, then in other texts.
    """
    (asked,) = condition.of
    word = asked.of[0] if isinstance(asked, Either) else asked
    return (
        Adjacent(word.terms, Among.TITLE),
        word._replace(among=Among.TITLE),
        word._replace(among=Among.BODY),
    )


def _conditions(question: str) -> Iterator[Adjacent | Either]:
    """Yield the condition of each word and phrase of a question."""
    clauses = [
        Clause(words, is_quoted=found["plain"] is None, is_closed=found["end"] == '"')
        for found in CLAUSE.finditer(question)
        if (words := words_of(found["quoted"] or found["plain"] or ""))
    ]
    for number, clause in enumerate(clauses, 1):
        if clause.is_quoted:
            yield _phrase(clause)
        else:
            *others, last = clause.words
            yield from (_word(word, is_last=False) for word in others)
            yield _word(last, is_last=number == len(clauses))


def _phrase(clause: Clause) -> Adjacent:
    """Return the condition for words between quotes, of which the closing one may be missing."""
    is_beginning = not clause.is_closed or _ends_in_cjk(clause.words[-1])
    return Adjacent(tuple(clause.words), Among.WORDS, is_beginning)


def _word(word: str, *, is_last: bool) -> Adjacent | Either:
    """Return the condition for a word: its parts, and for the ranking the word itself."""
    if is_last:
        word = UNFINISHED.sub("", word)
    *others, last = RUN.findall(word)
    parts = [_run(run, is_last=False) for run in others] + [_run(last, is_last=is_last)]
    if len(parts) == 1 and parts[0].terms == (word,):
        return parts[0]
    whole = Adjacent((word,), Among.WORDS, is_last or _ends_in_cjk(word))
    return Either((whole, parts[0] if len(parts) == 1 else All(tuple(parts))))


def _run(run: str, *, is_last: bool) -> Adjacent:
    """Return the condition for characters of one kind, which are a word or a part of one."""
    if not _ends_in_cjk(run):
        return Adjacent((run,), Among.ANY, is_last)
    if len(run) <= PAIR_LENGTH:
        return Adjacent((run,), Among.ANY, is_beginning=True)
    return Adjacent(tuple(pairs_of(run)[:-1]), Among.PARTS)


def _ends_in_cjk(word: str) -> bool:
    return IS_CJK.match(word[-1]) is not None
