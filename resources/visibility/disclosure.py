"""Which edits show in the documents that an audience gets; of all others it is told nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

from resources.actors import UnboundActor
from resources.changes import logged_columns
from resources.query.columns import readable_scope
from resources.query.filters.dependents import identifiers
from resources.visibility.queries import stream_rule

if TYPE_CHECKING:
    from collections.abc import Collection

    from resources.actors import ActorKind
    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.query.selection import Selection


class ShownColumns(NamedTuple):
    """The columns, as the change log names them, that decide how a record's document looks.

    `certain` are shown to everyone of a kind. `possible` are shown to some or in some rows, or
    decide on that; `members` are the parts of the document in which they stand.
    """

    certain: frozenset[str]
    possible: frozenset[str]
    members: frozenset[str]

    def differ(self, before: Collection[str], now: str) -> bool:
        """Return whether the possible ones look other now than in a document of before.

        Documents of which there are none to compare are taken to differ.
        """
        if not now:
            return True
        shown = orjson.loads(now)
        earlier = [orjson.loads(document) for document in before]
        return any(shown.get(name) != each.get(name) for each in earlier for name in self.members)


def shown_columns(resource: Resource, kind: ActorKind, chosen: Selection) -> ShownColumns:
    """Return the columns that a selection shows to those of a kind.

    What tells of the viewer's own doing, such as a like, changes with a count of the record.
    """
    certain = set(resource.record_model.derived if chosen.viewer else ())
    possible, members = set(), set()
    names = [(path.partition(":")[0],) * 2 for path in chosen.fields]
    # What points here is no column of the record.
    names += [(one.name, "expand") for one in chosen.expand if one.limit is None]
    for name, member in names:
        scope = readable_scope(resource, UnboundActor(kind), name)
        if scope is True:
            certain.add(_logged_as(resource, name))
        elif scope is not False:
            members.add(member)
            possible.add(_logged_as(resource, name))
            possible |= resource.readers[name].columns(resource.model)
    return ShownColumns(frozenset(certain), frozenset(possible), frozenset(members))


def deciding_columns(
    resource: Resource, kind: ActorKind, verb: str, query: ListQuery
) -> frozenset[str]:
    """Return the record's own columns at which a stream's rule and filter look.

    A filter does not look at those that nobody of the kind may read: there it compares with null.
    """
    columns = set(stream_rule(resource, verb, query).columns(resource.model))
    for identifier in identifiers(query.condition):
        name = identifier.path[0]
        if "_via_" not in name and readable_scope(resource, UnboundActor(kind), name) is not False:
            columns.add(_logged_as(resource, name))
    return frozenset(columns)


def _logged_as(resource: Resource, name: str) -> str:
    """Return what the log has when a column is edited: of those it does not keep, the revision."""
    column = resource.column(name).attname
    return column if column in logged_columns(resource.model) else "revision"
