"""The theme ships no Korean: our catalogue of it carries every word that its templates say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import unfold
from django.contrib.staticfiles.finders import find
from django.templatetags.static import static
from django.utils import translation

from tests.admin.desks import at_desk
from tests.consuming import run_consumers

if TYPE_CHECKING:
    from tests.personas import Persona

TEMPLATES = Path(unfold.__file__).parent / "templates"
MARKED = re.compile(r"""\{%\s*trans(?:late)?\s+(?:"([^"]+)"|'([^']+)')""")
USED = ("admin", "registration", "unfold")
SAME_IN_KOREAN = {"DATETIME_FORMAT"}
WORDS = "community/admin/words.css"
SUMMARY = re.compile(r'<th class="field-summary [^>]*><a [^>]*>([^<]*)</a>')


def marked() -> set[str]:
    files = (file for folder in USED for file in (TEMPLATES / folder).rglob("*.html"))
    return {
        first or second
        for file in files
        for first, second in MARKED.findall(file.read_text(encoding="utf-8"))
    }


def test_every_word_of_the_themes_templates_has_korean() -> None:
    with translation.override("ko"):
        missing = {text for text in marked() if translation.gettext(text) == text}
    assert len(marked()) > 50
    assert missing - SAME_IN_KOREAN == set()


def test_a_moderator_reads_the_admin_in_korean(alice: Persona, moderator: Persona) -> None:
    alice.creates("cards", title="드래곤", status="published")
    desk = at_desk(moderator)
    page = desk.get("/admin/cards/card/", headers={"accept-language": "ko"}).content.decode()
    for korean in ("작업 선택", "희귀도", "좋아요", "보관하기"):
        assert korean in page
    for english in ("Select action", "Archive it", "Search apps"):
        assert english not in page


def test_korean_words_of_the_admin_are_broken_between_them(moderator: Persona) -> None:
    page = at_desk(moderator).get("/admin/cards/card/", headers={"accept-language": "ko"}).content
    assert b'<html lang="ko"' in page
    assert static(WORDS).encode() in page
    assert ":lang(ko)" in Path(str(find(WORDS))).read_text(encoding="utf-8")


def test_a_moderator_finds_a_case_about_a_member_by_name(
    alice: Persona, moderator: Persona
) -> None:
    sanction = {"kind": "silence", "reason": "Spam.", "expires_at": "2099-01-01T00:00:00Z"}
    moderator.creates("sanctions", user=alice.id, **sanction)
    run_consumers("direct-decisions")
    page = at_desk(moderator).get("/admin/community/moderationcase/").content.decode()
    assert SUMMARY.findall(page) == ["alice"]
