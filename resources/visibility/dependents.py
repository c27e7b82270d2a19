"""Records that appear or disappear because a row of another table has changed.

A comment goes with its post; a collection goes with the collaborator's row that opened it. Rules
and filters say which rows may be affected (`Rule.dependents`). Whether they are visible is then
asked by the usual visibility query, over the tables as they are and as they were.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from resources import registry
from resources.fields import RecordIdField
from resources.query.filters.dependents import filter_dependents
from resources.visibility.history_tables import table_with_rows
from resources.visibility.queries import compiled_query, stream_rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resources.declaration import Resource
    from resources.query.filters.nodes import Node
    from resources.query.plans import Table
    from resources.rules import Rule
    from resources.visibility.audiences import Audience
    from resources.visibility.change_batch import BeforeImages, ChangeBatch

MOST_DEPENDENTS = 1_000
MOST_VERSIONS = 16


class TooManyError(Exception):
    """So many records depend on the changes that clients should fetch anew."""


class Dependents(NamedTuple):
    """Records that may be affected, and whole tables as they were, version by version.

    `positions` are those of the first and the last change that affects them.
    """

    ids: frozenset[UUID]
    positions: tuple[int, int]
    versions: Sequence[Sequence[Table]]


def dependents_of(audience: Audience, batch: ChangeBatch) -> Dependents | None:
    """Return the records of an audience that depend on changed rows; None when none do.

    Raises TooManyError.
    """
    resource, verb, query = audience.resource, audience.verb, audience.query
    key = (resource, verb, query.condition)
    if key not in batch.dependents:
        rule = stream_rule(resource, verb, query)
        batch.dependents[key] = _dependents(resource, rule, query.condition, batch)
    found = batch.dependents[key]
    if found and len(found.ids) > MOST_DEPENDENTS:
        raise TooManyError
    return found


def unsettled_by(audience: Audience, batch: ChangeBatch) -> frozenset[UUID]:
    """Return the members for whom any record of an audience may have appeared or disappeared."""
    resource, verb, query = audience.resource, audience.verb, audience.query
    key = (resource, verb, query.condition)
    if key not in batch.unsettled:
        rule = stream_rule(resource, verb, query)
        batch.unsettled[key] = frozenset(rule.unsettled(resource.model, batch.changed))
    return batch.unsettled[key]


def _dependents(
    resource: Resource, rule: Rule, condition: Node | None, batch: ChangeBatch
) -> Dependents | None:
    found = [*rule.dependents(resource.model, batch.changed)]
    if condition:
        found += filter_dependents(resource, condition, batch.changed)
    if not found:
        return None
    causes = {registry.resource_of(each.table) for each in found}
    images = {other: changed_rows(other, batch) for other in causes - {resource}}
    images[resource] = batch.before_images_until_now(resource)
    versions = table_versions(images)
    rows = resource.model._default_manager.filter(reduce(or_, (each.rows for each in found)))
    query = compiled_query(rows.order_by()[: MOST_DEPENDENTS + 1], "pk")
    keys = {key for tables in ([], *versions) for (key,) in query.rows({}, tables=tables)}
    positions = [change.position for other in causes for change in batch.of(other)]
    ids = frozenset(map(RecordIdField().to_python, keys))
    return Dependents(ids, (min(positions), max(positions)), versions)


def table_versions(
    images: Mapping[Resource, tuple[frozenset[UUID], BeforeImages]],
) -> Sequence[Sequence[Table]]:
    """Return whole tables as they were, one version after the other; raises TooManyError."""
    count = max(1, *(before.version_count for _ids, before in images.values()))
    if count > MOST_VERSIONS:
        raise TooManyError
    return [
        [table_with_rows(each, ids, before.version(n)) for each, (ids, before) in images.items()]
        for n in range(count)
    ]


def changed_rows(resource: Resource, batch: ChangeBatch) -> tuple[frozenset[UUID], BeforeImages]:
    """Return the changed records of a resource, and how they were."""
    return batch.ids(resource), batch.before_images(resource)
