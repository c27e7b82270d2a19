"""From a text to the terms by which it is found.

A text has *words* and *parts*. Words are what stands between spaces, punctuation and underscores.
Korean, Chinese and Japanese words are looked for by what is inside them, as `카드` in `카드수집가`
and `카드를`. So their parts are kept beside them: of a run of Hangul, Han and Kana every two
characters that follow each other, then the last one by itself, and of a word of several scripts
what stands beside those runs. The parts of the word `포켓몬ex` are `포켓`, `켓몬`, `몬` and `ex`. A
run is found by its pairs in their order; its last character keeps it apart from the next one.

Terms are in composed form (NFC) and folded: case, full and half width (`ｶｰﾄﾞ` is `カード`) and the
accents of Latin letters make no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category, normalize

from resources.text import composed

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_WORDS = 5_000
MOST_PARTS = 11_000
"""Terms of a record that are kept. PostgreSQL numbers places up to 16,383."""
PLACES_OF_WORD = 50
PLACES_OF_PART = 200
"""Places of a record where one term is noted. PostgreSQL notes 255."""
LONGEST_WORD = 500
"""Characters of a word, at most four bytes each; PostgreSQL takes 2,046 bytes."""

CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u3099\u309a"
    "\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U000323af"
)
"""Letters of Hangul, Han, Kana and Bopomofo, as a character class without its brackets."""
MARKS = "".join(
    chr(code)
    for code in (*range(0x0300, 0x3100), *range(0xA66F, 0xAC00))
    if category(chr(code)).startswith("M")
)
"""Vowel signs and other marks within words, which `\\w` leaves out."""
# Expressions with so many letters take long to compile: `re` does it, and keeps them, when they are
# first used.
WORD = rf"\w[\w{MARKS}]{{,{LONGEST_WORD - 1}}}"
IS_CJK = f"[{CJK}]"
OTHER = f"[^ {CJK}]+"
BESIDE = f"(?<=[{CJK}])[^ {CJK}]+|(?<![^ ])[^ {CJK}]++(?=[{CJK}])"
"""What stands in one word with letters of `CJK` and is none of them."""
UNFOLDED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff\uff01-\uff9f]")
WIDE = re.compile("[\uff01-\uff9f]+")
ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]+")
ACCENTS = re.compile("[\u0300-\u036f]+")


class Terms(NamedTuple):
    """What a record is found by: terms of its title and of everything else, in their order."""

    title: list[str]
    body: list[str]
    title_parts: list[str]
    body_parts: list[str]


def terms_of(title: str, *body: str) -> Terms:
    """Return the terms of a record, of a very long one as many as the limits allow."""
    titles = words_of(title)
    bodies = [word for text in body if text for word in words_of(text)]
    titles, bodies = _within(titles, bodies, MOST_WORDS, PLACES_OF_WORD)
    parts = _within(parts_of(titles), parts_of(bodies), MOST_PARTS, PLACES_OF_PART)
    return Terms(titles, bodies, *parts)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, in their order."""
    words: list[str] = re.findall(WORD, folded_text(text).replace("_", " "))
    return words


def parts_of(words: list[str]) -> list[str]:
    """Return the parts of those words that have any: pairs in their order, then the rest."""
    text = " ".join([word for word in words if not word.isascii()])
    if not text or re.search(OTHER, text) is None:
        return pairs_of(text)
    beside: list[str] = re.findall(BESIDE, text)
    return pairs_of(re.sub(OTHER, " ", text)) + beside


def pairs_of(text: str) -> list[str]:
    """Return every two characters that follow each other, and the last ones before a space."""
    following = zip(text, f"{text[1:]} ", strict=False)
    return [one if two == " " else one + two for one, two in following if one != " "]


def folded_text(text: str) -> str:
    """Return a text in the one form in which words are compared."""
    if text.isascii():
        return text.lower()
    folded = composed(text).casefold()
    if UNFOLDED.search(folded) is None:
        return folded
    narrow = WIDE.sub(lambda found: normalize("NFKC", found[0]), folded).casefold()
    return composed(ACCENTED.sub(_without_accents, narrow))


def _without_accents(found: re.Match[str]) -> str:
    return ACCENTS.sub("", normalize("NFD", found[0]))


def _within(
    title: list[str], body: list[str], most: int, places: int
) -> tuple[list[str], list[str]]:
    """Leave out what exceeds `most` terms, or `places` of one term."""
    count = len(title) + len(body)
    if count <= places or (count <= most and max(Counter(title + body).values()) <= places):
        return title, body
    seen: Counter[str] = Counter()

    def kept(terms: list[str]) -> Iterator[str]:
        for term in terms:
            seen[term] += 1
            if seen[term] <= places:
                yield term

    titles = list(kept(title[:most]))
    return titles, list(kept(body[: most - len(title[:most])]))
