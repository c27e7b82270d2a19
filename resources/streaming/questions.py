"""What a stream asks: which records can be seen, by which of many actors, and how they look.

A rule's condition is asked for all actors of a kind at once: where it speaks of the actor, a table
of the askers' ids stands beside the rows and in the actor's place. So the cost of an event is one
statement, however many members listen.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, override

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from resources.actors import ACTOR_SLOT, ANONYMOUS, UnboundActor
from resources.byte_cache import ByteCache, kept
from resources.documents.sql import JsonText
from resources.errors import bad_parameter
from resources.execution.run import run_plan
from resources.fields import RecordIdField
from resources.query.filters.compiling import filter_condition
from resources.query.parsing import filter_errors, list_query, parameters
from resources.query.plans import PLAN_BYTES, Plan, inlined, visible_rows
from resources.query.record_document import record_document
from resources.slots import Slot, SlotReference

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from uuid import UUID

    from resources.actors import ActorKind
    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.query.selection import Selection
    from resources.rules import Rule

type Asker = UUID | None
"""An actor's id, or None for all actors of a kind where it makes no difference."""

ASKING = "asking"
ASKER = '"asking"."id"'
ASKERS_BYTES = 4 * 1024 * 1024
NOT_STREAMED = frozenset({"limit", "cursor", "sort", "search", "count", "page"})


class Table(NamedTuple):
    """A common table expression: rows that a statement finds under a table's name."""

    head: str
    sql: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A compiled statement; `is_personal` when its answers begin with who is answered.

    `looks_around` when a record's answer also depends on other records of its resource.
    """

    plan: Plan
    is_personal: bool = False
    looks_around: bool = False

    def answers(
        self,
        values: Mapping[Hashable, Any],
        askers: tuple[Asker, ...] = (),
        tables: Sequence[Table] = (),
    ) -> Sequence[Sequence[Any]]:
        """Ask, with other tables in the place of the database's own if any are given."""
        if self.is_personal:
            tables = [*tables, _table_of(askers)]
        return run_plan(below(self.plan, tables), ANONYMOUS, values)


_questions: ByteCache[Question] = ByteCache(PLAN_BYTES)


def stream_query(resource: Resource, query_string: str) -> ListQuery:
    """Read what a subscriber asks for: filters, `fields` and `expand`; raises Problem 400.

    The same bounds and the same budget hold as for a list.
    """
    for name in sorted(NOT_STREAMED & set(parameters(query_string))):
        raise bad_parameter(name, "unknown_parameter", _("A stream has no such parameter."))
    return list_query(resource, query_string)


def stream_rule(resource: Resource, verb: str, query: ListQuery) -> Rule:
    """Return the rule that a stream goes by: as for lists, or for viewing one record."""
    return resource.list_rule(query.pinned) if verb == "list" else resource.rule(verb)


def check_question(resource: Resource, kind: ActorKind, verb: str, query: ListQuery) -> None:
    """Try a subscriber's question on no record; raises Problem 400 when it can't be asked."""
    with filter_errors():
        question = sight(resource, kind, verb, query)
        question.answers(query.values() | {"ids": ()})


def sight(resource: Resource, kind: ActorKind, verb: str, query: ListQuery) -> Question:
    """Give the question which of the records in the slot `ids` can be seen; answers with ids.

    Where a record looks different to each, its document comes along, last.
    """
    key = ("sight", resource, kind, verb, query.shape)
    return _known_question(key, lambda: _sight(resource, kind, verb, query))


def looks(resource: Resource, kind: ActorKind, chosen: Selection) -> Question:
    """Give the question how the records in the slot `ids` look: id, document."""
    key = ("looks", resource, kind, chosen)
    return _known_question(key, lambda: _looks(resource, kind, chosen))


def _known_question(key: Hashable, compiling: Callable[[], Question]) -> Question:
    question = _questions.get(key)
    if question is None:
        question = compiling()
        _questions.put(key, question, question.plan.size)
    return question


def _looks(resource: Resource, kind: ActorKind, chosen: Selection) -> Question:
    rows = among(resource.model._default_manager.all())
    return asked(rows, "pk", JsonText(record_document(resource, UnboundActor(kind), chosen)))


def below(plan: Plan, tables: Sequence[Table]) -> Plan:
    """Put a statement below tables that stand for the database's own."""
    if plan.sql is None or not tables:
        return plan
    heads = ", ".join(f"{table.head} AS ({table.sql})" for table in tables)
    bound = [value for table in tables for value in table.parameters]
    return Plan(f"WITH {heads} {plan.sql}", (*bound, *plan.parameters))


def asked(rows: QuerySet[Any, Any], *columns: Any) -> Question:
    """Compile a queryset, for all askers at once where it speaks of the actor."""
    try:
        sql, parameters = _compiled(rows.values_list(*columns))
        is_personal = any(map(_is_actor, parameters))
        if is_personal:
            asker = RawSQL(ASKER, (), output_field=RecordIdField())  # noqa: S611 - a constant of ours
            rows = rows.extra(tables=[ASKING])  # noqa: S610 - a constant of ours
            sql, parameters = _compiled(rows.values_list(asker, *columns))
    except EmptyResultSet:
        return Question(Plan(None))
    table = connection.ops.quote_name(rows.model._meta.db_table)
    looks_around = len(re.findall(rf"(?:FROM|JOIN) {table}", sql)) > 1
    return Question(Plan(*inlined(sql, parameters, {ACTOR_SLOT: ASKER})), is_personal, looks_around)


def among(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Narrow rows to those whose ids are in the slot `ids`."""
    return rows.filter(Among(F("pk"), Slot("ids", TextField(), json_list)))


class Among(Func):
    """Whether an id is in a list, which is one parameter however long it is."""

    arity = 2
    output_field = BooleanField()

    @override
    def as_sql(self, compiler: Any, connection: Any, *_parts: Any, **extra_context: Any) -> Any:
        """Look it up in a JSON array."""
        (key, of_key), (_ids, of_ids) = map(compiler.compile, self.get_source_expressions())
        return f"{key} IN ({listed_ids()})", (*of_key, *of_ids)


def listed_ids() -> str:
    """Write the query that gives the ids in a JSON array, its one parameter."""
    if connection.vendor == "postgresql":
        return "SELECT value::uuid FROM JSON_ARRAY_ELEMENTS_TEXT(%s::json)"
    return "SELECT value FROM JSON_EACH(%s)"


def json_list(ids: Iterable[UUID | None]) -> str:
    """Write ids as a JSON array."""
    return json.dumps([identifier and str(identifier) for identifier in ids])


def _sight(resource: Resource, kind: ActorKind, verb: str, query: ListQuery) -> Question:
    actor = UnboundActor(kind)
    rule = stream_rule(resource, verb, query)
    rows = visible_rows(resource, rule.scope(actor, resource.model))
    if query.condition:
        rows = rows.filter(filter_condition(resource, actor, query.condition))
    rows = among(rows)
    if looks(resource, kind, query.selection).is_personal:
        document = JsonText(record_document(resource, actor, query.selection))
        return asked(rows, "pk", document)
    return asked(rows, "pk")


# The same members ask again and again.
@kept(ASKERS_BYTES, lambda askers: 200 * len(askers))
def _table_of(askers: tuple[Asker, ...]) -> Table:
    return Table(f"{ASKING} (id)", listed_ids(), (json_list(askers),))


def _compiled(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    return str(sql), parameters


def _is_actor(parameter: Any) -> bool:
    return isinstance(parameter, SlotReference) and parameter.key == ACTOR_SLOT
