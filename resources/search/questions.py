"""From what a person typed to what is asked of the terms of records (`resources.search.terms`).

A question is its words, all of which have to be found. The last one may be the beginning of a word.
Words between quotes have to follow each other. Korean, Chinese and Japanese words are found inside
other words, by their pairs of characters, as endings are attached to them and compounds are written
together.

Whatever has a word has its pairs, so a pair is asked for as a whole term: to look for terms that
begin with it would find the same, and has an index put the lists of all these terms together.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from resources.byte_cache import byte_cached
from resources.search.terms import CJK, IS_CJK, pairs_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_WORDS = 12
CONDITION_BYTES = 256 * 1024
"""Memory for conditions, which a request asks for several times."""
CLAUSE = re.compile(r'"(?P<quoted>[^"]*)(?P<end>"?)|(?P<plain>[^"]+)')
RUN = f"[{CJK}]+|[^{CJK}]+"
UNFINISHED = re.compile("(?<=[가-힣])[ㄱ-ㅎ]\\Z")
"""A consonant that is on its way to become a syllable."""


class Among(StrEnum):
    """Among which terms of a record something is looked for."""

    ANY = "any"
    WORDS = "words"
    PARTS = "parts"
    TITLE = "title"
    TITLE_PARTS = "title parts"
    IN_TITLE = "in title"
    BODY = "body"


IN_TITLE = {
    Among.ANY: Among.IN_TITLE,
    Among.WORDS: Among.TITLE,
    Among.PARTS: Among.TITLE_PARTS,
}
"""Where of a title something is looked for that may be found anywhere."""


class Adjacent(NamedTuple):
    """Terms that follow each other; the last may be the beginning of a term."""

    terms: tuple[str, ...]
    among: Among = Among.ANY
    is_beginning: bool = False


class All(NamedTuple):
    """All of these have to be found; of none, nothing is."""

    of: tuple[Adjacent | All, ...]


type Condition = Adjacent | All


class QuestionWord(NamedTuple):
    """A word or phrase of a question: itself among the words of a text, and how it is found."""

    itself: Adjacent
    found: Condition


class Clause(NamedTuple):
    """Words of a question, between quotes or outside of them."""

    words: list[str]
    is_quoted: bool
    is_closed: bool


@byte_cached(CONDITION_BYTES, lambda question: 400 + 200 * len(question))
def question_words(question: str) -> tuple[QuestionWord, ...]:
    """Return the words and phrases of a question; those after the twelfth do not count."""
    return tuple(islice(_question_words(question), MOST_WORDS))


def condition_of(question: str) -> All:
    """Return what a question asks for."""
    return All(tuple(asked.found for asked in question_words(question)))


def is_of_one_word(question: str) -> bool:
    """Return whether a question asks for one thing only, a word or a phrase."""
    return len(question_words(question)) == 1


def tiers_of(question: str) -> tuple[Condition, ...]:
    """Return where a question is looked for, the best first, the last one finding all.

    One word or phrase: itself in titles, then as a beginning of their words, then in other texts.
    Several: all of them anywhere in the title. What the first tier finds the second does, too.
    """
    every = question_words(question)
    found = condition_of(question)
    if len(every) != 1:
        return _in_title(found), found
    ((itself, _found),) = every
    return (
        Adjacent(itself.terms, Among.TITLE),
        itself._replace(among=Among.TITLE),
        itself._replace(among=Among.BODY),
        found,
    )


def _in_title(condition: Condition) -> Condition:
    if isinstance(condition, All):
        return All(tuple(map(_in_title, condition.of)))
    return condition._replace(among=IN_TITLE[condition.among])


def _question_words(question: str) -> Iterator[QuestionWord]:
    """Yield each word and phrase of a question."""
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


def _phrase(clause: Clause) -> QuestionWord:
    """Return words between quotes, of which the closing one may be missing."""
    is_beginning = not clause.is_closed or _ends_in_cjk(clause.words[-1])
    words = Adjacent(tuple(clause.words), Among.WORDS, is_beginning)
    return QuestionWord(words, words)


def _word(word: str, *, is_last: bool) -> QuestionWord:
    """Return a word, which is found by its parts."""
    if is_last:
        word = UNFINISHED.sub("", word)
    *others, last = re.findall(RUN, word)
    parts = [_run(run, is_last=False) for run in others] + [_run(last, is_last=is_last)]
    itself = Adjacent((word,), Among.WORDS, is_last or _ends_in_cjk(word))
    return QuestionWord(itself, parts[0] if len(parts) == 1 else All(tuple(parts)))


def _run(run: str, *, is_last: bool) -> Adjacent:
    """Return the condition for characters of one kind, which are a word or a part of one."""
    if not _ends_in_cjk(run):
        return Adjacent((run,), Among.ANY, is_last)
    if len(run) == 1:
        return Adjacent((run,), Among.ANY, is_beginning=True)
    pairs = tuple(pairs_of(run)[:-1])
    return Adjacent(pairs, Among.ANY if len(pairs) == 1 else Among.PARTS)


def _ends_in_cjk(word: str) -> bool:
    return re.match(IS_CJK, word[-1]) is not None
