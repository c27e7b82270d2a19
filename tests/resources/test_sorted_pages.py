"""No page that clients may sort is made by sorting the table: an index gives the order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from resources import registry
from resources.actors import ANONYMOUS, Actor
from resources.ids import new_id
from resources.query.parsing import list_query
from resources.query.plans import list_plan

if TYPE_CHECKING:
    from collections.abc import Hashable

    from resources.declaration import Resource
    from resources.query.plans import Plan

pytestmark = pytest.mark.dialect

MEMBER = Actor(new_id(), is_verified=True)
PAGES = [
    pytest.param(resource, sort, id=f"{resource}-{sort}")
    for resource in registry.all_resources()
    for sort in resource.ordering
]
# A table this small is sorted in any case: the planner is asked what it could do without.
ONLY_IF_IT_MUST = "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off"
SORTED = re.compile(r"^USE TEMP B-TREE FOR ORDER BY|^(?:->\s+)?Sort\s+\(", re.MULTILINE)


def steps(plan: Plan, actor: Actor) -> str:
    """Explain how the database would make a page."""
    values: dict[Hashable, Any] = {"limit": 31, "search": None}
    bound = plan.bound(actor, values, connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(ONLY_IF_IT_MUST)
            cursor.execute(f"EXPLAIN {plan.sql}", bound)
            return "\n".join(row[0].strip() for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {plan.sql}", bound)
        return "\n".join(row[3] for row in cursor.fetchall())


def is_sorted_whole(explained: str) -> bool:
    """Tell whether all rows are sorted; to sort those of one index entry is no harm."""
    return bool(SORTED.search(explained))


@pytest.mark.parametrize(("resource", "sort"), PAGES)
def test_an_index_gives_the_order_of_a_page(db: None, resource: Resource, sort: str) -> None:
    query = list_query(resource, f"sort={sort}")
    for actor in (ANONYMOUS, MEMBER):
        plan = list_plan(resource, actor.kind, query)
        if plan.sql is not None:
            explained = steps(plan, actor)
            assert not is_sorted_whole(explained), f"{actor.kind}: {explained}"
