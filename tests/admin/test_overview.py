"""The admin's first page tells a moderator what waits and how the community does."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from resources import changes
from resources.actors import SYSTEM
from tests.admin.desks import at_desk
from tests.templates_app.designs import template_in

if TYPE_CHECKING:
    from tests.personas import Persona

FOIL = {"preset": "cosmos", "intensity": 0.8, "colours": ["#ff8800"], "angle": 30}
CHART = re.compile(r'data-value="([^"]+)"')


@pytest.fixture(autouse=True)
def uncached() -> None:
    """Have the figures counted anew."""
    cache.clear()


def opened(persona: Persona, path: str = "/admin/", language: str = "en") -> str:
    answer = at_desk(persona).get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def charted(page: str) -> dict[str, list[object]]:
    """Return what the charts draw, by the name of the series."""
    charts = [json.loads(unescape(data)) for data in CHART.findall(page)]
    return {each["label"]: each["data"] for chart in charts for each in chart["datasets"]}


def test_a_moderator_sees_what_waits_and_the_figures_drawn_and_written(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    template_in("submitted", alice, moderator)
    for title, status in (("One", "published"), ("Two", "draft")):
        bob.creates("cards", title=title, status=status)
    page = opened(moderator)
    assert "Template to review" in page
    series = charted(page)
    assert len(series) == 8
    assert {len(data) for data in series.values()} == {30}
    assert (series["Created"][-1], series["Published"][-1]) == (2, 1)
    assert series["Percent"] == [None] * 29 + [50.0]
    cells = re.findall(r"<td>([^<]*)</td>", page)
    assert cells[4:7] == ["3", "2", "50%"]


def test_the_overview_speaks_korean_and_runs_no_script_of_its_own(moderator: Persona) -> None:
    page = opened(moderator, language="ko")
    for korean in ("한눈에 보기", "기다리는 일", "활동한 회원", "평균 방문 시간", "표로 보기"):
        assert korean in page
    for english in ("Overview", "What waits", "Active", "Mean", "Template", "before"):
        assert english not in page
    assert all(" src=" in script for script in re.findall(r"<script[^>]*>", page))


def test_staff_without_a_role_see_no_figures(alice: Persona) -> None:
    assert alice.user is not None
    changes.update(alice.user, by=SYSTEM, is_staff=True)
    page = opened(alice)
    assert charted(page) == {}
    assert "What waits" not in page


def test_a_card_is_shown_as_it_shimmers(alice: Persona, moderator: Persona) -> None:
    card = alice.creates("cards", title="<b>Roc</b>", status="published", effects=FOIL)
    page = opened(moderator, f"/admin/cards/card/{card['id']}/change/")
    assert 'data-preset="cosmos"' in page
    assert "--intensity: 0.8; --glare: 0.5; --angle: 30.0; --colour-1: #ff8800" in page
    assert 'aria-label="&lt;b&gt;Roc&lt;/b&gt;"' in page
    for asset in ("card_face.css", "card_face.js"):
        assert f"/static/cards/admin/{asset}" in page
