"""The business metrics say what the rows say, day by day, and who was here comes from the log."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from cards.models import Card
from community.selectors.metrics import DayFigures, daily_figures
from config.business_metrics import GAUGES
from resources import changes
from resources.actors import SYSTEM
from resources.models import Change
from tests.client import Api, Browser
from tests.consuming import run_consumers
from tests.templates_app.designs import template_in
from users.callers import NOWHERE
from users.models import ActiveDay
from users.services.activity import KEPT_FOR, count_activity, forget_old_activity
from users.services.sessions import open_session
from users.tokens import token_pair

if TYPE_CHECKING:
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

HOUR = timedelta(hours=1)


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def on(day: date) -> DayFigures:
    return next(figures for figures in daily_figures() if figures.day == day)


def signs(persona: Persona, *moments: datetime) -> list[Change]:
    """Return what the log would say of a session that was renewed at these times."""
    return [Change(actor_id=persona.id, at=at, after={"generation": 2}) for at in moments]


def test_signing_in_and_renewing_a_token_make_a_member_active(alice: Persona, bob: Persona) -> None:
    run_consumers("activity")
    assert (on(today()).active, on(today()).active_month) == (2, 2)
    assert alice.user is not None
    pair = token_pair(open_session(alice.user, caller=NOWHERE, method="test"))
    ActiveDay.objects.update(last_at=timezone.now() - timedelta(minutes=10))
    assert Api().post("auth/token/refresh", {"refresh": pair["refresh"]}).status_code == 200
    alice.creates("cards", title="No sign of a visit by itself")
    run_consumers("activity")
    visits = ActiveDay.objects.get(user=alice.user)
    assert visits.visits == 1
    assert visits.seconds == pytest.approx(600, abs=60)
    assert on(today()).active == 2


def test_visits_end_by_a_long_pause_and_are_counted_once(alice: Persona, bob: Persona) -> None:
    noon = datetime.combine(today() - timedelta(days=3), time(12), UTC)
    morning = [noon - HOUR * 3 + timedelta(minutes=10 * number) for number in range(4)]
    batch = signs(alice, *morning, noon) + signs(bob, noon, noon + HOUR / 3)
    for _twice in range(2):
        count_activity(batch)
    day = on(noon.date())
    assert day.active == 2
    assert day.session_seconds == (30 * 60 + 0 + 20 * 60) / 3
    assert on(noon.date() + timedelta(days=1)).active == 0


def test_a_month_counts_each_member_once_for_thirty_days(alice: Persona, bob: Persona) -> None:
    seen: dict[date, set[str]] = defaultdict(set)
    for persona, ages in ((alice, (45, 40, 2)), (bob, (31, 1))):
        for age in ages:
            at = timezone.now() - timedelta(days=age)
            count_activity(signs(persona, at))
            seen[at.date()].add(persona.id)
    for figures in daily_figures():
        window = {figures.day - timedelta(days=number) for number in range(30)}
        here = set().union(*(seen[day] for day in window))
        assert figures.active_month == len(here), figures.day


def test_old_activity_is_forgotten(alice: Persona) -> None:
    long_ago = timezone.now() - KEPT_FOR - timedelta(days=1)
    count_activity(signs(alice, long_ago, timezone.now()))
    assert forget_old_activity() == 1
    assert ActiveDay.objects.get().day == today()


def moved(row: Any, days: int) -> None:
    changes.update(row, by=SYSTEM, created_at=timezone.now() - timedelta(days=days))


def test_what_is_made_used_and_rated_is_counted_on_its_day_and_told_to_prometheus(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona
) -> None:
    template = template_in("approved", alice, moderator)
    for member, stars in ((bob, 5), (carol, 2)):
        member.creates("reviews", template=template["id"], stars=stars)
    for status in ("draft", "published", "published", "published"):
        bob.creates("cards", title=status, status=status)
    bob.creates("cards", title="Used", template=template["id"])
    figures = on(today())
    assert (figures.cards, figures.published, figures.template_uses) == (5, 3, 1)
    assert figures.completion == pytest.approx(0.6)
    assert (figures.ratings, figures.rating, figures.members) == (2, 3.5, 4)
    for card in Card.objects.exclude(status="draft"):
        moved(card, 1)
    assert (on(today()).cards, on(today()).completion) == (2, 0)
    cache.clear()
    exported = Browser().get("/metrics").content.decode()
    assert "holobase_community_cards_created 3.0" in exported
    assert "holobase_community_card_completion_ratio 1.0" in exported
    assert "holobase_community_template_rating_stars" not in exported
    assert len(GAUGES) == 9
