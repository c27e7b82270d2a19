"""Rules about tables of links: whom rows of another table join to a row, or to its member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, override
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q

from resources import registry, row_sql
from resources.fields import column_of
from resources.rules.algebra import ANYONE, DependentRows, Rule, Scope, Words
from resources.rules.predicates import log_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from resources.actors import Actor, AnyActor
    from resources.rules.algebra import Changed


@dataclass(frozen=True)
class Linked(Rule):
    """Open a row to the members who are linked to it by rows of another table.

    `via` is the row's own column that the links name it by.
    """

    through: str
    row_column: str
    member_column: str
    name: Words
    via: str = "pk"

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        if not actor.is_known:
            return False
        links = registry.model_named(self.through)._default_manager.all()
        link = {self.row_column: OuterRef(self.via), self.member_column: actor.id}
        return Q(Exists(links.filter(**link)))

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        ids = [actor.id for actor in actors if actor.is_known]
        if not ids:
            return frozenset()
        link = {self.row_column: getattr(row, self.via)}
        members = _linked_members(self.through, self.member_column, ids, link)
        return frozenset(actor for actor in actors if actor.id in members)

    @override
    def columns(self, model: type[Model]) -> frozenset[str]:
        return frozenset() if self.via == "pk" else frozenset({log_name(model, self.via)})

    @override
    def models_read(self, model: type[Model]) -> frozenset[type[Model]]:
        return frozenset({registry.model_named(self.through)})

    @override
    def dependents(self, model: type[Model], changed: Changed) -> Iterator[DependentRows]:
        through = registry.model_named(self.through)
        ids = [change.record_id for change in changed.get(through, ())]
        if ids:
            links = through._default_manager.filter(pk__in=ids).values(self.row_column)
            yield DependentRows(through, Q((f"{self.via}__in", links)))

    @override
    def words(self) -> str:
        return str(self.name)


def linked(through: str, *, row: str, member: str, words: Words, via: str = "pk") -> Rule:
    """Open rows through a table of links: `linked("cards.Share", row="card", member="user")`.

    With `via` the links name another column of the rows than their id.
    """
    return Linked(through, row, member, words, via)


@dataclass(frozen=True)
class Unlinked(Rule):
    """Leave out the rows of members to whom the actor is linked by rows of another table.

    A row's member is the one in `column`; nobody may be linked to themselves. To anonymous
    visitors, and of rows without a member, it opens everything. The SQL is asked once a statement:

        NOT ("cards_card"."creator_id" IN
            (SELECT "blocked_id" FROM "users_block" WHERE "blocker_id" = …))

    When links change, the actor may see any number of rows anew or no more, so live subscriptions
    of the actor start over (`unsettled`).
    """

    through: str
    actor_column: str
    member_column: str
    column: str
    name: Words
    opens_named: bool = False

    @override
    def scope(self, actor: AnyActor, model: type[Model]) -> Scope:
        if not actor.is_known:
            return True
        links = registry.model_named(self.through)._default_manager.filter(
            **{self.actor_column: actor.id}
        )
        return ~Q((f"{self.column}__in", links.values(self.member_column)))

    @override
    def permits(self, actor: Actor, row: Model) -> bool:
        member = getattr(row, log_name(row._meta.model, self.column))
        if member is None or not actor.is_known or actor.id == member:
            return True
        link = {self.member_column: member, self.actor_column: actor.id}
        return not row_sql.exists(registry.model_named(self.through), **link)

    @override
    def audience(self, row: Model, actors: Collection[Actor]) -> frozenset[Actor]:
        column = column_of(row, self.column)
        member = getattr(row, column.attname)
        ids = [actor.id for actor in actors if actor.is_known and actor.id != member]
        if not ids or member is None:
            return frozenset(actors)
        link = {self.member_column: member}
        linked_ids = _linked_members(self.through, self.actor_column, ids, link)
        return frozenset(actor for actor in actors if actor.id not in linked_ids)

    @override
    def columns(self, model: type[Model]) -> frozenset[str]:
        return frozenset({log_name(model, self.column)})

    @override
    def models_read(self, model: type[Model]) -> frozenset[type[Model]]:
        return frozenset({registry.model_named(self.through)})

    @override
    def unsettled(self, model: type[Model], changed: Changed) -> Iterator[UUID]:
        through = registry.model_named(self.through)
        actor_column = log_name(through, self.actor_column)
        for change in changed.get(through, ()):
            yield UUID(str({**change.before, **change.after}[actor_column]))

    @override
    def for_list(self, pinned: Collection[str]) -> Rule:
        return ANYONE if self.opens_named and self.column in pinned else self

    @override
    def words(self) -> str:
        return str(self.name)


def unlinked(
    through: str, *, actor: str, member: str, column: str, words: Words, opens_named: bool = False
) -> Rule:
    """Leave out the rows whose `column` names a member to whom a table links the actor.

    `unlinked("users.Block", actor="blocker", member="blocked", column="creator", …)` leaves out
    the cards of those whom the actor has blocked. With `opens_named`, a list that names the one
    member whose rows it wants (`?creator=<id>`) shows them all the same.
    """
    return Unlinked(through, actor, member, column, words, opens_named)


def _linked_members(
    through: str, column: str, members: Collection[UUID | None], link: Mapping[str, object]
) -> Collection[UUID | None]:
    """Return those of `members` whom a link that has these values names in `column`."""
    model = registry.model_named(through)
    if len(members) == 1:
        # A write asks about whoever writes: that is a statement composed once, not a query.
        (member,) = members
        return members if row_sql.exists(model, **link, **{column: member}) else ()
    links = model._default_manager.filter(**link, **{f"{column}__in": members})
    return set(links.values_list(column, flat=True))
