"""How texts are cut into terms, and questions into conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

import pytest

from resources.search.expressions import fts5, tsquery
from resources.search.questions import condition_of
from resources.search.terms import (
    LONGEST_WORD,
    MOST_PARTS,
    MOST_WORDS,
    PLACES_OF_PART,
    PLACES_OF_WORD,
    terms_of,
)

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_a_word_has_parts_where_it_is_korean_or_mixed(form: Literal["NFC", "NFD", "NFKC"]) -> None:
    terms = terms_of(normalize(form, "포켓몬EX ｶｰﾄﾞ"), normalize(form, "Éclair ver.2"))
    assert terms.title == ["포켓몬ex", "カード"]
    assert terms.title_parts == ["포켓", "켓몬", "몬", "カー", "ード", "ド", "ex"]
    assert (terms.body, terms.body_parts) == (["eclair", "ver", "2"], [])


def test_voiced_kana_keep_their_voice() -> None:
    assert terms_of("か\u3099", "か").title == ["が"]


def test_expressions_say_the_same_to_both_databases() -> None:
    condition = condition_of('수집가 용 "of dawn" 카드 ex')
    assert fts5(condition, "5") == (
        '(({title_parts} : "5·수집 5·집가" OR {body_parts} : "5수집 5집가")'
        ' AND ("5·용" * OR "5용" *) AND ({title} : "5·of 5·dawn" OR {body} : "5of 5dawn")'
        ' AND ("5·카드" OR "5카드") AND ("5·ex" * OR "5ex" *))'
    )
    assert tsquery(condition, "5") == (
        "(('5-수집' <-> '5-집가' | '5수집' <-> '5집가')"
        " & ('5=용':* | '5.용':* | '5-용':* | '5용':*)"
        " & ('5=of' <-> '5=dawn' | '5.of' <-> '5.dawn')"
        " & ('5=카드' | '5.카드' | '5-카드' | '5카드')"
        " & ('5=ex':* | '5.ex':* | '5-ex':* | '5ex':*))"
    )


def test_long_texts_are_cut_and_do_not_fail(alice: Persona) -> None:
    words = " ".join(f"w{number:x}" for number in range(MOST_WORDS + 9))
    assert len(terms_of("a", words).body) == MOST_WORDS - 1
    syllables = "".join(map(chr, range(0xAC00, 0xAC00 + MOST_PARTS // 2 + 9)))
    terms = terms_of(syllables, syllables)
    assert len(terms.title_parts + terms.body_parts) == MOST_PARTS
    laughter = terms_of("용 " * 300, "ㅋ" * 3000 + " 카드")
    assert laughter.title.count("용") == PLACES_OF_WORD
    assert laughter.body_parts.count("ㅋㅋ") == PLACES_OF_PART
    assert laughter.body_parts[-2:] == ["카드", "드"]
    assert max(map(len, terms_of("한" * 1200, "").title)) == LONGEST_WORD

    texts = (
        words[:9000],
        syllables[:9000],
        "𠀀" * 9000,
        "ㅋ" * 9990 + " 카드",
        "x" * 9990 + " end",
    )
    posts = [alice.creates("posts", text=text) for text in texts]
    for question, number in (
        ("w1 w2", 0),
        (syllables[500:504], 1),
        ("𠀀𠀀", 2),
        ("카드", 3),
        ("end", 4),
    ):
        found = alice.api.get("posts", search=question, fields="id").json()["results"]
        assert [post["id"] for post in found] == [posts[number]["id"]]
