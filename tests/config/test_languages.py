"""Errors speak the reader's language, and the Korean catalogue is complete."""

from __future__ import annotations

import ast
import re
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.architecture.sources import ROOT, all_sources
from tests.client import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.personas import Persona

MARKERS = {"_", "gettext", "gettext_lazy"}
IN_TEMPLATES = re.compile(r'{%\s*translate\s+"([^"]+)"')
DJANGOS = {"Log in"}
"""What our templates say by Django's own catalogue."""
CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "ko" / "LC_MESSAGES" / "django.po"
ENTRY = re.compile(r'^msgid (".+")\nmsgstr (".*")$', re.MULTILINE)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]")


@cache
def compiled() -> GNUTranslations:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        return GNUTranslations(file)


def written() -> dict[str, str]:
    """Read the catalogue as translators edit it: one line for each text."""
    pairs = ENTRY.findall(CATALOGUE.read_text())
    return {ast.literal_eval(english): ast.literal_eval(korean) for english, korean in pairs}


@cache
def texts() -> list[tuple[str, object]]:
    """Find every text that the source marks for translation, with its place."""
    return list(found())


def found() -> Iterator[tuple[str, object]]:
    for source in all_sources():
        for call in ast.walk(source.tree):
            is_marked = isinstance(call, ast.Call) and getattr(call.func, "id", "") in MARKERS
            if is_marked and isinstance(call, ast.Call):
                text = call.args[0]
                shown = text.value if isinstance(text, ast.Constant) else None
                yield f"{source.name}:{call.lineno}", shown
    for template in ROOT.glob("*/templates/**/*.html"):
        for text in IN_TEMPLATES.findall(template.read_text(encoding="utf-8")):
            if text not in DJANGOS:
                yield f"{template.relative_to(ROOT)}: {text}", text


def test_a_contributor_can_mark_only_plain_texts_for_translation() -> None:
    assert [place for place, text in texts() if not isinstance(text, str)] == []


def test_a_korean_reader_finds_every_text_translated() -> None:
    untranslated = {
        place: text for place, text in texts() if compiled().gettext(str(text)) == str(text)
    }
    assert untranslated == {}


def test_the_catalogue_has_nothing_doubtful_or_left_over() -> None:
    catalogue = CATALOGUE.read_text()
    assert "fuzzy" not in catalogue
    assert "#~" not in catalogue
    assert set(written()) == {text for _place, text in texts()}


def test_the_compiled_catalogue_is_the_written_one() -> None:
    assert {english: compiled().gettext(english) for english in written()} == written()


def test_translations_keep_their_placeholders() -> None:
    for english, korean in written().items():
        assert sorted(PLACEHOLDER.findall(korean)) == sorted(PLACEHOLDER.findall(english)), english


@pytest.mark.parametrize(
    ("accepted", "detail"),
    [
        ("ko", "여기에는 아무것도 없습니다."),
        ("ko-KR,ko;q=0.9,en;q=0.5", "여기에는 아무것도 없습니다."),
        ("fr,ko;q=0.5", "여기에는 아무것도 없습니다."),
        ("en", "There is nothing here."),
        ("fr", "There is nothing here."),
    ],
)
def test_an_error_answers_in_the_readers_language(db: None, accepted: str, detail: str) -> None:
    response = Api().client.get("/api/v1/cards/nothing", headers={"Accept-Language": accepted})
    assert response.json()["detail"] == detail


def test_field_errors_answer_in_korean(alice: Persona) -> None:
    refused = alice.api.post("cards", {"titel": "x"}, Accept_Language="ko")
    assert refused.json()["detail"] == "보내신 내용을 사용할 수 없습니다."
    assert refused.json()["errors"][0]["message"] == "여기에는 쓸 수 있는 그런 필드가 없습니다."
    empty = alice.api.post("cards", {"title": ""}, Accept_Language="ko")
    assert re.search("[가-힣]", empty.json()["errors"][0]["message"])
    filtered = alice.api.client.get("/api/v1/cards?filter=nix=1", headers={"Accept-Language": "ko"})
    assert filtered.json()["detail"] == "매개변수 “filter”을(를) 사용할 수 없습니다."
