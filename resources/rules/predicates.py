"""The smallest rules: about the actor, about the row's columns, about the row it points at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast, override

from django.db.models import Model, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from resources import registry
from resources.fields import column_of
from resources.rules.algebra import DependentRows, Rule, Scope, Words, narrowed
from resources.rules.exists import RowExists

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from uuid import UUID

    from resources.actors import Actor, AnyActor
    from resources.rules.algebra import Changed


@dataclass(frozen=True)
class ActorIs(Rule):
    """About the actor alone: every row or none."""

    test: Callable[[AnyActor], bool]
    name: Words

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        return self.test(actor)

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        return self.test(actor)

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        return frozenset(actor for actor in actors if self.test(actor))

    @override
    def words(self) -> str:
        return str(self.name)


SIGNED_IN = ActorIs(lambda actor: actor.is_known, _("a signed-in member"))
VERIFIED = ActorIs(lambda actor: actor.is_verified, _("a member with a verified address"))
UNSILENCED = ActorIs(lambda actor: not actor.is_silenced, _("a member who is not silenced"))
SYSTEM_ONLY = ActorIs(lambda actor: actor.is_system, _("the system itself"))


def has_role(*names: str) -> Rule:
    """Open every row to members of any of the named groups."""
    wanted = frozenset(names)
    words = _("a member with the role %(roles)s") % {"roles": "/".join(sorted(wanted))}
    return ActorIs(lambda actor: not wanted.isdisjoint(actor.roles), words)


def trusted(level: int) -> Rule:
    """Open every row to members of at least this trust level, which behaviour earns."""
    words = _("a member of trust level %(level)s or more") % {"level": level}
    return ActorIs(lambda actor: actor.is_known and actor.trust_level >= level, words)


LOOKUPS: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "exact": ("=", lambda value, wanted: bool(value == wanted)),
    "in": ("in", lambda value, wanted: value in wanted),
    "gt": (">", lambda value, wanted: bool(value > wanted)),
    "gte": (">=", lambda value, wanted: bool(value >= wanted)),
    "lt": ("<", lambda value, wanted: bool(value < wanted)),
    "lte": ("<=", lambda value, wanted: bool(value <= wanted)),
}


class Where(Rule):
    """Open the rows whose own columns have the given values, to everyone.

    Takes Django's spelling with the lookups of `LOOKUPS` and `isnull`; an empty column matches
    nothing but `isnull`, as in SQL.
    """

    def __init__(self, **conditions: object) -> None:
        self.conditions = conditions

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        return Q(**self.conditions)

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        return all(_holds(row, name, wanted) for name, wanted in self.conditions.items())

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        matches = all(_holds(row, name, wanted) for name, wanted in self.conditions.items())
        return frozenset(actors) if matches else frozenset()

    @override
    def columns(self, model: type[Model]) -> frozenset[str]:
        return frozenset(log_name(model, _split(condition)[0]) for condition in self.conditions)

    @override
    def words(self) -> str:
        return str(_(" and ")).join(_spelled(*item) for item in self.conditions.items())


@cache
def log_name(model: type[Model], column: str) -> str:
    """Return a column as the change log names it."""
    return column_of(model, column).attname


def _split(condition: str) -> tuple[str, str]:
    column, _separator, lookup = condition.partition("__")
    return column, lookup or "exact"


def _holds(row: Model, condition: str, wanted: object) -> bool:
    column, lookup = _split(condition)
    value = getattr(row, column)
    if lookup == "isnull":
        return (value is None) is wanted
    return value is not None and LOOKUPS[lookup][1](value, wanted)


def _spelled(condition: str, wanted: Any) -> str:
    column, lookup = _split(condition)
    if lookup == "isnull":
        return f"{column} {_('is empty') if wanted else _('is set')}"
    values = ", ".join(map(str, wanted)) if lookup == "in" else str(wanted)
    return f"{column} {LOOKUPS[lookup][0]} {values}"


def where(**conditions: object) -> Rule:
    """Open the rows whose columns have these values: `where(status="published")`."""
    return Where(**conditions)


@dataclass(frozen=True)
class Own(Rule):
    """Open to a member the rows whose column names that member.

    It never opens ownerless rows: an anonymous actor has no id to compare.
    """

    column: str

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        return Q((self.column, actor.id)) if actor.is_known else False

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        return actor.is_known and actor.id == self._owner(row)

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        owner = self._owner(row)
        return frozenset(actor for actor in actors if actor.is_known and actor.id == owner)

    def _owner(self, row: Model) -> UUID | None:
        owner: UUID | None = getattr(row, log_name(row._meta.model, self.column))
        return owner

    @override
    def columns(self, model: type[Model]) -> frozenset[str]:
        return frozenset({log_name(model, self.column)})

    @override
    def words(self) -> str:
        if self.column == "id":
            return str(_("the member themself"))
        return str(_("the %(column)s themself")) % {"column": self.column}


def own(column: str) -> Rule:
    """Open the rows whose `column` is the signed-in member."""
    return Own(column)


@dataclass(frozen=True)
class Visible(Rule):
    """Open the rows whose relation points at a row that the target's own rule opens.

    Without a `verb` of its own it asks for what is being done: view, or list.
    """

    relation: str
    verb: str = ""

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        target = cast("type[Model]", model._meta.get_field(self.relation).related_model)
        scope = self._rule_of(target).scope(actor, target)
        if isinstance(scope, bool):
            return scope and Q((f"{self.relation}__isnull", False))
        rows = narrowed(target._default_manager.all(), scope)
        return Q(RowExists(rows.filter(pk=OuterRef(f"{self.relation}_id"))))

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        target = getattr(row, self.relation)
        if target is None:
            return frozenset()
        return self._rule_of(type(target)).audience(target, actors)

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        target = getattr(row, self.relation)
        return target is not None and self._rule_of(type(target)).permits(actor, target)

    @override
    def for_list(self, pinned: Collection[str]) -> Rule:
        return self if self.verb or self.relation in pinned else Visible(self.relation, "list")

    @override
    def columns(self, model: type[Model]) -> frozenset[str]:
        return frozenset({log_name(model, self.relation)})

    @override
    def models_read(self, model: type[Model]) -> frozenset[type[Model]]:
        target = cast("type[Model]", model._meta.get_field(self.relation).related_model)
        return self._rule_of(target).models_read(target) | {target}

    @override
    def dependents(self, model: type[Model], changed: Changed) -> Iterator[DependentRows]:
        target = cast("type[Model]", model._meta.get_field(self.relation).related_model)
        rule = self._rule_of(target)
        columns = rule.columns(target)
        # A row that was only just created had none that hung on it.
        ids = [
            change.record_id
            for change in changed.get(target, ())
            if not columns.isdisjoint(change.before)
        ]
        if ids:
            yield DependentRows(target, Q((f"{self.relation}__in", ids)))
        for further in rule.dependents(target, changed):
            between = target._default_manager.filter(further.rows)
            yield DependentRows(further.table, Q((f"{self.relation}__in", between)))

    @override
    def unsettled(self, model: type[Model], changed: Changed) -> Iterator[UUID]:
        target = cast("type[Model]", model._meta.get_field(self.relation).related_model)
        return self._rule_of(target).unsettled(target, changed)

    @override
    def words(self) -> str:
        return str(_("whoever may %(verb)s its %(relation)s")) % {
            "verb": self.verb or "view",
            "relation": self.relation,
        }

    def _rule_of(self, target: type[Model]) -> Rule:
        return registry.resource_of(target).rule(self.verb or "view")


def visible(relation: str, *, verb: str = "") -> Rule:
    """Open rows through a relation, by the target's own rule for `verb`.

    Without one, a list asks the target's list rule (its view rule, where the request pins the
    relation to one record), and everything else its view rule.
    """
    return Visible(relation, verb)
