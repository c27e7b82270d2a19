"""Records that come into sight or go out of it because a row of another table has changed.

A comment goes with its post, a collection with the collaborator's row that opened it. Rules and
filters say which rows may be judged anew; whether they are seen is then asked as ever.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from resources import registry
from resources.fields import RecordIdField
from resources.query.filters.hanging import filter_hanging
from resources.streaming.past import with_the_past
from resources.streaming.questions import asked, stream_rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resources.declaration import Resource
    from resources.query.filters.nodes import Node
    from resources.rules import Rule
    from resources.streaming.audiences import Audience
    from resources.streaming.questions import Table
    from resources.streaming.stretches import Past, Stretch

MOST = 1_000
MOST_MOMENTS = 16


class TooManyError(Exception):
    """So much hangs on what has changed that it is better to fetch anew."""


class Hung(NamedTuple):
    """Records that may be judged anew, and all tables as they were: at first and ever since.

    `places` are those of the first and the last change that did it.
    """

    ids: frozenset[UUID]
    places: tuple[int, int]
    moments: Sequence[Sequence[Table]]


def hung(audience: Audience, stretch: Stretch) -> Hung | None:
    """Find the records of an audience that hang on what has changed; None when nothing does.

    Raises TooManyError.
    """
    resource, verb, query = audience.resource, audience.verb, audience.query
    question = (resource, verb, query.condition)
    if question not in stretch.hung:
        rule = stream_rule(resource, verb, query)
        stretch.hung[question] = _hung(resource, rule, query.condition, stretch)
    found = stretch.hung[question]
    if found and len(found.ids) > MOST:
        raise TooManyError
    return found


def _hung(resource: Resource, rule: Rule, condition: Node | None, stretch: Stretch) -> Hung | None:
    found = [*rule.hanging(resource.model, stretch.changed)]
    if condition:
        found += filter_hanging(resource, condition, stretch.changed)
    if not found:
        return None
    held_by = {registry.resource_of(hanging.table) for hanging in found}
    pasts = {other: past_of(other, stretch) for other in held_by - {resource}}
    pasts[resource] = stretch.past_until_now(resource)
    moments = tables_at(pasts)
    rows = resource.model._default_manager.filter(reduce(or_, (each.rows for each in found)))
    question = asked(rows.order_by()[: MOST + 1], "pk")
    answers = {key for tables in ([], *moments) for (key,) in question.answers({}, tables=tables)}
    places = [change.place for other in held_by for change in stretch.of(other)]
    ids = frozenset(map(RecordIdField().to_python, answers))
    return Hung(ids, (min(places), max(places)), moments)


def tables_at(pasts: Mapping[Resource, tuple[frozenset[UUID], Past]]) -> Sequence[Sequence[Table]]:
    """Give whole tables as they were, one time after the other; raises TooManyError."""
    count = max(1, *(past.moments for _ids, past in pasts.values()))
    if count > MOST_MOMENTS:
        raise TooManyError
    return [
        [with_the_past(each, ids, past.at(moment)) for each, (ids, past) in pasts.items()]
        for moment in range(count)
    ]


def past_of(resource: Resource, stretch: Stretch) -> tuple[frozenset[UUID], Past]:
    """Give the changed records of a resource, and how they were."""
    changed = frozenset(change.record_id for change in stretch.of(resource))
    return changed, stretch.past(resource)
