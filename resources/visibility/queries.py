"""Visibility queries: which records can be seen, by which of many subscribers, and as what JSON.

A rule's condition is asked for all subscribers of a kind in one statement: where it speaks of the
actor's id, a table of the subscribers' ids is joined. So the cost of an event is one statement,
however many members listen. For `view = own("creator")` and two subscribers:

    WITH "subscribers" (id) AS (SELECT value FROM JSON_EACH('["0199…", "0198…"]'))
    SELECT "subscribers"."id", "cards_card"."id" FROM "cards_card", "subscribers"
    WHERE "cards_card"."creator_id" = "subscribers"."id" AND "cards_card"."id" IN (…)
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, override

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from resources.actors import ACTOR_ID, ANONYMOUS, UnboundActor
from resources.byte_cache import ByteCache, byte_cached
from resources.dialects import dialect
from resources.documents.embedding import with_documents
from resources.documents.sql import JsonText
from resources.errors import bad_parameter
from resources.execution.run import run_plan
from resources.fields import RecordIdField
from resources.placeholders import Placeholder, UnboundParameter
from resources.query.filters.compiling import filter_condition
from resources.query.parsing import filter_errors, list_query, parameters
from resources.query.plans import PLAN_BYTES, Plan, Table, inlined, visible_rows, with_tables
from resources.query.record_document import record_document

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model
    from django.db.models.expressions import Combinable
    from django.db.models.sql.compiler import SQLCompiler

    from resources.actors import ActorKind
    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.query.selection import Selection
    from resources.rules import Rule
    from resources.types import SQL, Rows

type SubscriberId = UUID | None
"""The id of a subscribed member, or None for all of a kind where it makes no difference."""

SUBSCRIBERS = "subscribers"
SUBSCRIBER_ID = '"subscribers"."id"'
SUBSCRIBERS_BYTES = 4 * 1024 * 1024
NOT_STREAMED = frozenset({"limit", "cursor", "sort", "search", "count", "page"})


@dataclass(frozen=True, slots=True)
class VisibilityQuery:
    """A compiled statement about the visibility or the looks of records.

    Its rows begin with the subscriber's id if it `is_personal`. `reads_other_rows` when the result
    for a record also depends on other records of its resource.
    """

    plan: Plan
    is_personal: bool = False
    reads_other_rows: bool = False

    def rows(
        self,
        values: Mapping[Hashable, object],
        subscribers: tuple[SubscriberId, ...] = (),
        tables: Sequence[Table] = (),
    ) -> Rows:
        """Run the query; `tables` take the place of the database's own of the same names."""
        if self.is_personal:
            tables = [*tables, _table_of(subscribers)]
        return run_plan(with_tables(self.plan, tables), ANONYMOUS, values)


_queries: ByteCache[VisibilityQuery] = ByteCache(PLAN_BYTES)


def stream_query(resource: Resource, query_string: str) -> ListQuery:
    """Parse a subscriber's query (filters, `fields` and `expand`); raises Problem 400.

    The same bounds and the same budget hold as for a list.
    """
    not_streamed = NOT_STREAMED.union(resource.options)
    for name in sorted(not_streamed & set(parameters(query_string))):
        raise bad_parameter(name, "unknown_parameter", _("A stream has no such parameter."))
    return list_query(resource, query_string)


def stream_rule(resource: Resource, verb: str, query: ListQuery) -> Rule:
    """Return the rule that a stream goes by: the list rule, or the view rule for one record."""
    return resource.list_rule(query.pinned) if verb == "list" else resource.rule(verb)


def check_visibility_query(
    resource: Resource, kind: ActorKind, verb: str, query: ListQuery
) -> None:
    """Run a subscriber's query on no record; raises Problem 400 when it can't run."""
    with filter_errors():
        visible = visible_ids_query(resource, kind, verb, query)
        visible.rows(query.values() | {"ids": ()})


def visible_ids_query(
    resource: Resource, kind: ActorKind, verb: str, query: ListQuery
) -> VisibilityQuery:
    """Return the query for which of the records in the placeholder `ids` are visible.

    Its rows are `(id,)`, or `(subscriber id, id)` if it is personal. Where the JSON of a record
    depends on the subscriber, it comes last: `(subscriber id, id, document)`.
    """
    key = ("visible", resource, kind, verb, query.shape)
    return _cached(key, lambda: _visible_ids_query(resource, kind, verb, query))


def documents_query(resource: Resource, kind: ActorKind, chosen: Selection) -> VisibilityQuery:
    """Return the query for the JSON of the records in the placeholder `ids`: `(id, document)`."""
    key = ("documents", resource, kind, chosen)
    return _cached(key, lambda: _documents_query(resource, kind, chosen))


def _cached(key: Hashable, compiling: Callable[[], VisibilityQuery]) -> VisibilityQuery:
    query = _queries.get(key)
    if query is None:
        query = compiling()
        _queries.put(key, query, query.plan.size)
    return query


def _documents_query(resource: Resource, kind: ActorKind, chosen: Selection) -> VisibilityQuery:
    rows = with_ids(resource.model._default_manager.all())
    document = record_document(resource, UnboundActor(kind), chosen)
    return compiled_query(rows, "pk", JsonText(document))


def compiled_query(rows: QuerySet[Model, object], *columns: Combinable | str) -> VisibilityQuery:
    """Compile a queryset, for all subscribers at once where it speaks of the actor."""
    try:
        sql, parameters = _compiled(rows.values_list(*columns))
        is_personal = any(map(_is_actor, parameters))
        if is_personal:
            subscriber = RawSQL(SUBSCRIBER_ID, (), output_field=RecordIdField())  # noqa: S611 - a constant of ours
            rows = rows.extra(tables=[SUBSCRIBERS])  # noqa: S610 - a constant of ours
            sql, parameters = _compiled(rows.values_list(subscriber, *columns))
    except EmptyResultSet:
        return VisibilityQuery(Plan(None))
    table = connection.ops.quote_name(rows.model._meta.db_table)
    reads_other_rows = len(re.findall(rf"(?:FROM|JOIN) {table}", sql)) > 1
    plan = Plan(*inlined(sql, parameters, {ACTOR_ID: SUBSCRIBER_ID}))
    return VisibilityQuery(plan, is_personal, reads_other_rows)


def with_ids(rows: QuerySet[Model]) -> QuerySet[Model]:
    """Narrow rows to those whose ids are in the placeholder `ids`."""
    return rows.filter(IdInJson(F("pk"), Placeholder("ids", TextField(), json_list)))


class IdInJson(Func):
    """Whether an id is in a JSON array: one parameter, however long the list is."""

    arity = 2
    output_field = BooleanField()

    @override
    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_parts: object,
        **extra_context: object,
    ) -> SQL:
        """Return `id IN (SELECT …)`."""
        (key, of_key), (_ids, of_ids) = map(compiler.compile, self.get_source_expressions())
        return f"{key} IN ({dialect().ids_of_json})", (*of_key, *of_ids)


def json_list(ids: Iterable[UUID | None]) -> str:
    """Return ids as a JSON array."""
    return json.dumps([identifier and str(identifier) for identifier in ids])


def _visible_ids_query(
    resource: Resource, kind: ActorKind, verb: str, query: ListQuery
) -> VisibilityQuery:
    actor = UnboundActor(kind)
    rule = stream_rule(resource, verb, query)
    rows = visible_rows(resource, rule.scope(actor, resource.model))
    if query.condition:
        rows = rows.filter(filter_condition(resource, actor, query.condition))
    rows = with_ids(rows)
    if documents_query(resource, kind, query.selection).is_personal:
        document = JsonText(record_document(resource, actor, query.selection))
        return compiled_query(rows, "pk", document)
    return compiled_query(rows, "pk")


# The same members subscribe to every event.
@byte_cached(SUBSCRIBERS_BYTES, lambda subscribers: 200 * len(subscribers))
def _table_of(subscribers: tuple[SubscriberId, ...]) -> Table:
    return Table(f"{SUBSCRIBERS} (id)", dialect().ids_of_json, (json_list(subscribers),))


def _compiled(rows: QuerySet[Model, object]) -> SQL:
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    return with_documents(str(sql), parameters)


def _is_actor(parameter: object) -> bool:
    return isinstance(parameter, UnboundParameter) and parameter.key == ACTOR_ID
