"""Compiled SQL, kept per resource, kind of actor and shape of query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Count,
    F,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Lower

from resources import registry
from resources.actors import ACTOR_ID, UnboundActor
from resources.byte_cache import ByteCache
from resources.dialects import dialect
from resources.dialects.sqlite import with_qmarks
from resources.documents.embedding import with_documents
from resources.documents.sql import JsonBytes
from resources.event_loop import MustRunInThread, is_in_event_loop
from resources.fields import RecordIdField
from resources.placeholders import Placeholder, UnboundParameter
from resources.query.best_first import (
    BEST,
    COLUMNS,
    MATCHES,
    best_order,
    joined,
    joined_beside,
    rank_in,
    read_in_order,
    record_id_in,
    taken_in_order,
)
from resources.query.candidates import FirstVisibleIds
from resources.query.cursors import after_cursor
from resources.query.filters.compiling import filter_condition
from resources.query.filters.conditions import Compared
from resources.query.options import candidate_rules, rules_of_options
from resources.query.planned_once import UNKNOWN, written_limit, written_values
from resources.query.record_document import record_document
from resources.query.sources import sources_of
from resources.rules import Rule, Scope, narrowed
from resources.search.expressions import match_expression
from resources.search.matching import MatchingIds, best_first

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence, Set

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

    from resources.actors import Actor, ActorKind
    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.query.selection import Selection
    from resources.types import Values

PLAN_BYTES = 8 * 1024 * 1024
"""Memory for compiled plans, and for as many questions of streams."""
NOTHING: Mapping[Hashable, str] = {}


@dataclass(frozen=True)
class Plan:
    """One compiled statement; None for `sql` means that it can match nothing."""

    sql: str | None
    parameters: tuple[object, ...] = ()

    @cached_property
    def sql_with_qmarks(self) -> str:
        """Return the statement with SQLite's own placeholders."""
        return with_qmarks(self.sql or "")

    @cached_property
    def unbound(self) -> Set[UnboundParameter]:
        """Return the placeholders, of which rules repeat that of the actor."""
        return {part for part in self.parameters if isinstance(part, UnboundParameter)}

    @cached_property
    def sources(self) -> frozenset[str] | None:
        """Name what the statement reads; None when time alone changes what it finds."""
        return sources_of(self.sql or "")

    @property
    def size(self) -> int:
        """Return about how many bytes it takes with the shape that it is kept by."""
        return 4 * len(self.sql or "") + 800 * len(self.parameters)

    def bound(
        self, actor: Actor, values: Mapping[Hashable, object], database: BaseDatabaseWrapper
    ) -> Values:
        """Return the parameters with the values in their placeholders."""
        bound = {
            part: part.bind(actor.id if part.key == ACTOR_ID else values[part.key], database)
            for part in self.unbound
        }
        return [
            bound[part] if isinstance(part, UnboundParameter) else part for part in self.parameters
        ]


class Table(NamedTuple):
    """A common table expression: `head AS (sql)`."""

    head: str
    sql: str
    parameters: Sequence[object]


def with_tables(plan: Plan, tables: Sequence[Table]) -> Plan:
    """Return the statement with common table expressions in front: `WITH … SELECT …`."""
    if plan.sql is None or not tables:
        return plan
    heads = ", ".join(f"{table.head} AS ({table.sql})" for table in tables)
    bound = [value for table in tables for value in table.parameters]
    # It may have such tables already (`with_documents`).
    select = plan.sql.removeprefix("WITH ")
    separator = " " if select == plan.sql else ", "
    return Plan(f"WITH {heads}{separator}{select}", (*bound, *plan.parameters))


def compiled(
    rows: QuerySet[Model, object],
    suffix: str = "",
    *limits: UnboundParameter,
    written: Mapping[Hashable, str] = NOTHING,
) -> Plan:
    """Compile a queryset whose values may be placeholders, some of which are `written`."""
    try:
        sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return Plan(None)
    sql, parameters = with_documents(sql + suffix, (*parameters, *limits))
    return Plan(*inlined(sql, parameters, written))


def inlined(
    sql: str, parameters: Values, written: Mapping[Hashable, str] = NOTHING
) -> tuple[str, tuple[object, ...]]:
    """Write constants into the SQL, and of the placeholders those that are `written`.

    One that is written around its value remains a parameter. What a rule or a document always says
    is then known to the query planner, which needs it to use partial indexes, and is not sent again
    with every request.
    """
    parts = sql.split("%s")
    pieces = [parts[0]]
    kept = []
    for parameter, part in zip(parameters, parts[1:], strict=True):
        is_placeholder = isinstance(parameter, UnboundParameter)
        constant = written.get(parameter.key) if is_placeholder else _constant(parameter)
        if constant is None or (is_placeholder and "%s" in constant):
            kept.append(parameter)
        pieces += ["%s" if constant is None else constant, part]
    return "".join(pieces), tuple(kept)


def _constant(parameter: object) -> str | None:
    """Write a value of our own declarations as an SQL literal; None if it must be a parameter."""
    if isinstance(parameter, bool):
        return dialect().booleans[parameter]
    if isinstance(parameter, int):
        return str(parameter)
    if not isinstance(parameter, str):
        return None
    quoted = parameter.replace("'", "''").replace("%", "%%")
    return None if "\\" in parameter or "\x00" in parameter else f"'{quoted}'"


_plans: ByteCache[Plan] = ByteCache(PLAN_BYTES)


def known_plan(key: Hashable, compiling: Callable[[], Plan]) -> Plan:
    """Return the plan of a key, compiled unless it is there; raises MustRunInThread in a loop."""
    plan = _plans.get(key)
    if plan is None:
        if is_in_event_loop():
            raise MustRunInThread
        plan = compiling()
        _plans.put(key, plan, plan.size)
    return plan


def list_plan(resource: Resource, kind: ActorKind, query: ListQuery) -> Plan:
    """Return the plan of a page: each row is document, then the sort values."""
    key = ("list", resource, kind, query.shape, written_limit(query))
    return known_plan(key, lambda: _list_plan(resource, kind, query))


def count_plan(resource: Resource, kind: ActorKind, query: ListQuery) -> Plan:
    """Return the plan that counts all rows of a list."""
    key = ("count", resource, kind, query.shape)
    return known_plan(key, lambda: _count_plan(resource, kind, query))


def view_plan(resource: Resource, kind: ActorKind, selection: Selection) -> Plan:
    """Return the plan of one record by id: document, revision."""
    key = ("view", resource, kind, selection)
    return known_plan(key, lambda: _view_plan(resource, kind, selection, _by_id()))


def key_plan(resource: Resource, kind: ActorKind, selection: Selection) -> Plan:
    """Return the plan of one record by its natural key in lower case: document, revision."""
    key = ("key", resource, kind, selection)
    return known_plan(key, lambda: _view_plan(resource, kind, selection, _by_key(resource)))


def former_key_plan(resource: Resource, kind: ActorKind) -> Plan:
    """Return the plan of the natural key of a record that had another before: the key."""
    return known_plan(("former key", resource, kind), lambda: _former_key_plan(resource, kind))


def exists_plan(resource: Resource, kind: ActorKind) -> Plan:
    """Return the plan that tells whether the actor may view the row of an id."""
    return known_plan(("exists", resource, kind), lambda: _exists_plan(resource, kind))


def _view_plan(resource: Resource, kind: ActorKind, selection: Selection, which: Q) -> Plan:
    actor = UnboundActor(kind)
    rows = visible_rows(resource, resource.view.scope(actor, resource.model)).filter(which)
    document = JsonBytes(record_document(resource, actor, selection))
    return compiled(rows.values_list(document, "revision"))


def _former_key_plan(resource: Resource, kind: ActorKind) -> Plan:
    former, key = resource.former_keys, resource.natural_key
    if former is None:
        return Plan(None)
    is_former = Q(Compared(Lower(F(key)), "=", Placeholder("key", TextField())))
    keys = registry.model_named(former.model)._default_manager.filter(is_former)
    rows = visible_rows(resource, resource.view.scope(UnboundActor(kind), resource.model))
    return compiled(rows.filter(pk__in=keys.values(former.record)).values_list(key))


def _exists_plan(resource: Resource, kind: ActorKind) -> Plan:
    rows = visible_rows(resource, resource.view.scope(UnboundActor(kind), resource.model))
    one = Value(1, output_field=IntegerField())
    return compiled(rows.filter(_by_id()).values_list(one))


def _by_id() -> Q:
    return Q(pk=Placeholder("id", RecordIdField()))


def _by_key(resource: Resource) -> Q:
    return Q(Compared(Lower(F(resource.natural_key)), "=", Placeholder("key", TextField())))


def _list_plan(resource: Resource, kind: ActorKind, query: ListQuery) -> Plan:
    actor = UnboundActor(kind)
    # What candidates are sorted by their rules for need not be asked of them again.
    sorted_by = candidate_rules(resource, query.options) if query.picked else []
    rules = [each for each in rules_of_options(resource, query.options) if each not in sorted_by]
    rows = _listed(resource, actor, query, rules)
    if query.is_best_first:
        return _best_first_plan(rows, resource, actor, query)
    if query.search is not None:
        rows = _matching(rows, resource)
    if query.picked:
        picked = _first_visible(rows, resource, actor, query)
        rows = _in_order(resource.model._default_manager.all(), resource, actor, query)
        rows = rows.filter(pk__in=picked)
    else:
        rows = _beyond_cursor(_in_order(rows, resource, actor, query), query)
    page = _page(rows, resource, actor, query)
    return compiled(page, *_limits(query), written=written_values(query))


def _page(
    rows: QuerySet[Model], resource: Resource, actor: UnboundActor, query: ListQuery
) -> QuerySet[Model, object]:
    """Return what is read of each row: document, then the sort values."""
    document = JsonBytes(record_document(resource, actor, query.selection))
    return rows.values_list(document, *(key.selected() for key in query.keys))


def _limits(query: ListQuery) -> tuple[str, *tuple[UnboundParameter, ...]]:
    limit = UnboundParameter("limit", None, None)
    if query.page is None:
        return " LIMIT %s", limit
    return " LIMIT %s OFFSET %s", limit, UnboundParameter("offset", None, None)


def _best_first_plan(
    rows: QuerySet[Model], resource: Resource, actor: UnboundActor, query: ListQuery
) -> Plan:
    """Return the plan of a page of a search in its own order (`resources.query.best_first`)."""
    first = _first_matches(_beyond_cursor(joined(rows, MATCHES), query).order_by(), query)
    if first.sql is None:
        return first
    found = best_first(
        resource.name, is_of_one_word=query.is_of_one_word, is_backward=query.is_backward
    )
    shown = joined_beside(resource.model._default_manager.all(), BEST)
    order = best_order(is_backward=query.is_backward)
    page = compiled(_page(shown.order_by(*order), resource, actor, query))
    tables = [
        Table(f"{MATCHES} {COLUMNS}", *found),
        Table(f"{BEST} {COLUMNS}", first.sql, first.parameters),
    ]
    return with_tables(page, tables)


def _first_matches(visible: QuerySet[Model], query: ListQuery) -> Plan:
    """Return the plan of the first matches that are visible, taken in their order."""
    limits, *values = _limits(query)
    if not dialect().runs_inline:
        one = compiled(visible.values_list(Value(1)), " LIMIT 1")
        hidden = limits.replace("%s", UNKNOWN)
        return replace(
            one,
            sql=one.sql and taken_in_order(one.sql, hidden),
            parameters=(*one.parameters, *values),
        )
    columns = visible.values_list(record_id_in(MATCHES), rank_in(MATCHES))
    first = compiled(columns, limits, *values)
    return replace(first, sql=first.sql and read_in_order(first.sql, visible))


def _first_visible(
    rows: QuerySet[Model], resource: Resource, actor: UnboundActor, query: ListQuery
) -> FirstVisibleIds:
    """Return the ids of the first rows, of which all that may be among them are sorted before."""
    candidates = resource.model._default_manager.all()
    for rule in candidate_rules(resource, query.options):
        candidates = narrowed(candidates, rule.scope(actor, resource.model))
    ordered = _beyond_cursor(_in_order(candidates, resource, actor, query), query)
    order = [(key.column, key.direction(is_backward=query.is_backward)) for key in query.keys]
    columns = ordered.values_list(*(column for column, _direction in order))
    return FirstVisibleIds(columns, rows.values("pk"), order, query.picked or 0)


def _in_order(
    rows: QuerySet[Model], resource: Resource, actor: UnboundActor, query: ListQuery
) -> QuerySet[Model]:
    """Return the rows in the order of the list."""
    for key in query.keys:
        annotation = key.annotation(resource, actor)
        rows = rows if annotation is None else rows.annotate(**{key.column: annotation})
    return rows.order_by(*(key.order(is_backward=query.is_backward) for key in query.keys))


def _beyond_cursor(rows: QuerySet[Model], query: ListQuery) -> QuerySet[Model]:
    if not query.cursor:
        return rows
    return rows.filter(after_cursor(query.keys, query.missing, is_backward=query.is_backward))


def _count_plan(resource: Resource, kind: ActorKind, query: ListQuery) -> Plan:
    rules = rules_of_options(resource, query.options)
    rows = _listed(resource, UnboundActor(kind), query, rules).order_by()
    if query.search is not None:
        rows = _matching(rows, resource)
    return compiled(
        rows.annotate(every=Value(1)).values("every").annotate(n=Count("*")).values_list("n")
    )


def _listed(
    resource: Resource, actor: UnboundActor, query: ListQuery, rules: Sequence[Rule]
) -> QuerySet[Model]:
    """Return all rows of a list under some rules besides its own, whether or not they match.

    In no order yet.
    """
    rule = resource.list_rule(query.pinned)
    rows = visible_rows(resource, rule.scope(actor, resource.model))
    for narrowing in rules:
        rows = narrowed(rows, narrowing.scope(actor, resource.model))
    if query.condition:
        rows = rows.filter(filter_condition(resource, actor, query.condition))
    return rows


def _matching(rows: QuerySet[Model], resource: Resource) -> QuerySet[Model]:
    """Narrow rows to those that match the search, whatever order they are in."""
    name = Value(resource.name, output_field=TextField())
    words = Placeholder("search", TextField(), partial(match_expression, resource.name))
    return rows.filter(pk__in=MatchingIds(name, words))


def visible_rows(resource: Resource, scope: Scope) -> QuerySet[Model]:
    """Return the rows of a resource in a scope."""
    return narrowed(resource.model._default_manager.all(), scope)
