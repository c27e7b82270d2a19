"""Each mode of the feed is read off an index in its order, however many items there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from community.models import FeedItem
from resources.actors import ANONYMOUS
from resources.query.parsing import list_query
from resources.query.plans import list_plan
from resources.registry import resource_of

if TYPE_CHECKING:
    from resources.actors import Actor
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

FEED = resource_of(FeedItem)
INDEXES = {
    "": "feed_hot",
    "mode=new": "feed_new",
    "mode=top": "feed_top",
    "mode=top&window=day": "feed_top_day",
    "mode=top&window=week": "feed_top_week",
    "mode=top&window=month": "feed_top_month",
}


@pytest.mark.django_db
def test_each_mode_has_an_index() -> None:
    assert {asked: index_read(asked) for asked in INDEXES} == INDEXES


def index_read(asked: str) -> str:
    """Return the index that is read from its beginning, without sorting anything."""
    steps = explained(asked, ANONYMOUS)
    assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step]
    words = [word for step in steps if "feeditem" in step for word in step.split()]
    return next(word for word in words if word.startswith("feed_"))


def explained(asked: str, actor: Actor) -> list[str]:
    """Return the steps in which the database finds a page of the feed."""
    query = list_query(FEED, f"{asked}&fields=id")
    plan = list_plan(FEED, actor.kind, query)
    bound = plan.bound(actor, query.values(), connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # It would read a table as small as this one as a whole.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {plan.sql}", bound)
        return [str(row[-1]) for row in cursor.fetchall()]


@pytest.mark.embedded  # PostgreSQL reads tables as small as these otherwise
@pytest.mark.django_db
def test_what_the_followed_published_is_found_by_an_index(alice: Persona) -> None:
    steps = explained("mode=following", alice.actor)
    assert [step for step in steps if "INDEX feed_by_author (author_id=? AND is_shown=?)" in step]
    # The first candidates are sorted, the others if need be, and the page that was found.
    assert "CO-ROUTINE candidates" in steps
    assert "UNION ALL" in steps
    assert len([step for step in steps if "ORDER BY" in step]) == 3
