"""Runs a compiled plan where it is asked for: inline in an event loop, else on a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from resources.event_loop import is_in_event_loop
from resources.execution.inline_sqlite import inline_database
from resources.execution.pg_prepared import (
    fetch_rows,
    fetch_rows_later,
    fetch_rows_together,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from resources.actors import Actor
    from resources.query.plans import Plan
    from resources.types import Rows, Values


def run_plan(plan: Plan, actor: Actor, values: Mapping[Hashable, object]) -> Rows:
    """Return the rows of a plan for one actor and one set of values.

    Raises Problem 400 when a value is not of its column's kind, and MustRunInThread where a thread
    should do it.
    """
    if plan.sql is None:
        return ()
    if is_in_event_loop():
        database = inline_database()
        return database.rows(plan.sql_with_qmarks, plan.bound(actor, values, database.django))
    return fetch_rows(plan.sql, plan.bound(actor, values, connections[DEFAULT_DB_ALIAS]))


class BoundPlan(NamedTuple):
    """A plan with the values of its placeholders as the database driver takes them."""

    plan: Plan
    values: Values


def bind_plan(plan: Plan, actor: Actor, values: Mapping[Hashable, object]) -> BoundPlan:
    """Bind a plan for one actor; raises Problem 400 when a value is not of its column's kind."""
    return BoundPlan(plan, plan.bound(actor, values, connections[DEFAULT_DB_ALIAS]))


def run_together(asked: Sequence[BoundPlan]) -> Sequence[Rows]:
    """Return the rows of each of several plans, on a thread: PostgreSQL is waited for once."""
    statements = [(plan.sql, values) for plan, values in asked if plan.sql is not None]
    found = iter(fetch_rows_together(statements))
    return [() if plan.sql is None else next(found) for plan, _values in asked]


def rows_later(plan: Plan, actor: Actor, values: Mapping[Hashable, object]) -> Callable[[], Rows]:
    """Return what gives the rows of a plan once the transaction of this thread has ended.

    So they can be read on the way of its commit.
    """
    if plan.sql is None:
        return tuple
    bound = plan.bound(actor, values, connections[DEFAULT_DB_ALIAS])
    return fetch_rows_later(plan.sql, bound)
