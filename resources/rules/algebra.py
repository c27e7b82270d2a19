"""Rules and how they combine.

Scopes are three-valued (every row, no row, a `Q`) and combined explicitly, because
`Q() | Q(x=1)` collapses to one side and `~Q()` matches everything.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, override

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from uuid import UUID

    from django.db.models import Model
    from django.utils.functional import Promise

    from resources.actors import Actor, AnyActor
    from resources.models import Change

type Scope = bool | Q
type Words = str | Promise
type Changed = Mapping[type[Model], Sequence[Change]]


class DependentRows(NamedTuple):
    """Rows whose visibility hangs on rows of another table that have changed."""

    table: type[Model]
    rows: Q


class Rule(ABC):
    """Who may do one thing with which rows of one model.

    A rule is asked three ways with one meaning: `scope` filters a queryset, `permits` judges one
    row, `audience` picks the actors who may, of many. `words` says it in plain language.
    """

    @abstractmethod
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        """Return the rows of `model` that the rule opens to the actor."""

    @abstractmethod
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        """Return those of `actors` to whom the rule opens the row."""

    @abstractmethod
    def words(self) -> str:
        """Say the rule in plain words."""

    def parts(self) -> tuple[Rule, ...]:
        """Return the rules that this one is made of."""
        return ()

    def columns(self, model: type[Model]) -> frozenset[str]:
        """Return the row's own columns that the rule looks at, as the change log names them."""
        return frozenset().union(*(part.columns(model) for part in self.parts()))

    def models_read(self, model: type[Model]) -> frozenset[type[Model]]:
        """Return the models whose rows the rule looks at besides the row that it judges."""
        return frozenset().union(*(part.models_read(model) for part in self.parts()))

    def dependents(self, model: type[Model], changed: Changed) -> Iterator[DependentRows]:
        """Return the rows of `model` that the rule may judge anew since rows of others changed."""
        for part in self.parts():
            yield from part.dependents(model, changed)

    def unsettled(self, model: type[Model], changed: Changed) -> Iterator[UUID]:
        """Return the members for whom changed rows may have opened or closed any number of rows.

        What they see is not compared row by row: their subscriptions start over.
        """
        for part in self.parts():
            yield from part.unsettled(model, changed)

    def for_list(self, pinned: Collection[str]) -> Rule:
        """Return the rule as lists ask it: relations by the target's list rule.

        Those of `pinned` stay with its view rule: the request names the one record that they
        must point at, and so knows it already.
        """
        del pinned
        return self

    def permits(self, actor: Actor, row: Model) -> bool:
        """Return whether the rule opens the row to the actor.

        Every write asks, so rules that need no set to answer have their own way.
        """
        return actor in self.audience(row, (actor,))

    def __or__(self, other: Rule) -> Rule:
        return AnyOf(*_flat(AnyOf, self), *_flat(AnyOf, other))

    def __and__(self, other: Rule) -> Rule:
        return AllOf(*_flat(AllOf, self), *_flat(AllOf, other))

    def __invert__(self) -> Rule:
        return Not(self)


def narrowed[M: Model](rows: QuerySet[M], scope: Scope) -> QuerySet[M]:
    """Filter a queryset down to a scope."""
    if isinstance(scope, bool):
        return rows if scope else rows.none()
    return rows.filter(scope)


@dataclass(frozen=True)
class FixedRule(Rule):
    """Everyone or no one, whatever the row."""

    opens: bool
    name: Words

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        return self.opens

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        return self.opens

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        return frozenset(actors) if self.opens else frozenset()

    @override
    def words(self) -> str:
        return str(self.name)


class AnyOf(Rule):
    """At least one of the rules."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = rules

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        either: Scope = False
        for rule in self.rules:
            scope = rule.scope(actor, model)
            if scope is True or either is True:
                return True
            either = either_scope(either, scope)
        return either

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        return any(rule.permits(actor, row) for rule in self.rules)

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        admitted: frozenset[Actor] = frozenset()
        for rule in self.rules:
            left = [actor for actor in actors if actor not in admitted]
            if not left:
                break
            admitted |= rule.audience(row, left)
        return admitted

    @override
    def words(self) -> str:
        return str(_(" or ")).join(_grouped(rule, AllOf) for rule in self.rules)

    @override
    def for_list(self, pinned: Collection[str]) -> Rule:
        return AnyOf(*(rule.for_list(pinned) for rule in self.rules))

    @override
    def parts(self) -> tuple[Rule, ...]:
        return self.rules


class AllOf(Rule):
    """Every one of the rules."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = rules

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        both: Scope = True
        for rule in self.rules:
            both = both_scope(both, rule.scope(actor, model))
            if both is False:
                return False
        return both

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        return all(rule.permits(actor, row) for rule in self.rules)

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        admitted = frozenset(actors)
        for rule in self.rules:
            if not admitted:
                break
            admitted = rule.audience(row, admitted)
        return admitted

    @override
    def words(self) -> str:
        return str(_(" and ")).join(_grouped(rule, AnyOf) for rule in self.rules)

    @override
    def for_list(self, pinned: Collection[str]) -> Rule:
        return AllOf(*(rule.for_list(pinned) for rule in self.rules))

    @override
    def parts(self) -> tuple[Rule, ...]:
        return self.rules


class Not(Rule):
    """Everyone and every row that the rule leaves out.

    A list asks it as it stands: what the narrower list rule leaves out is more, not less.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        scope = self.rule.scope(actor, model)
        return not scope if isinstance(scope, bool) else ~scope

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        return not self.rule.permits(actor, row)

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        return frozenset(actors) - self.rule.audience(row, actors)

    @override
    def words(self) -> str:
        return str(_("not (%(rule)s)")) % {"rule": self.rule.words()}

    @override
    def parts(self) -> tuple[Rule, ...]:
        return (self.rule,)


def either_scope(left: Scope, right: Scope) -> Scope:
    """Combine two scopes so that a row in either is in."""
    if left is True or right is True:
        return True
    if left is False:
        return right
    return left if right is False else left | right


def both_scope(left: Scope, right: Scope) -> Scope:
    """Combine two scopes so that a row in both is in."""
    if left is False or right is False:
        return False
    if left is True:
        return right
    return left if right is True else left & right


def _flat(kind: type[object], rule: Rule) -> tuple[Rule, ...]:
    return rule.parts() if isinstance(rule, kind) else (rule,)


def _grouped(rule: Rule, kind: type[Rule]) -> str:
    return f"({rule.words()})" if isinstance(rule, kind) else rule.words()


NOBODY = FixedRule(opens=False, name=_("nobody"))
ANYONE = FixedRule(opens=True, name=_("anyone"))
