"""How much of a record its viewer has not read: a number of the viewer's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import IntegerField, OuterRef, Subquery

from resources import registry
from resources.rules.algebra import narrowed

if TYPE_CHECKING:
    from django.db.models import Model
    from django.db.models.expressions import Combinable

    from resources.actors import AnyActor
    from resources.rules.algebra import Words

MOST_UNREAD = 100
"""Further unread rows are not counted: a hundred stands for “many”."""


class RowCount(Subquery):
    """The number of rows of a query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class UnreadCount:
    """The number of rows that point at a record and are newer than the viewer's mark there.

    Counted are those that a list of the record's rows shows the viewer, but for their own; none
    where the viewer has no mark. `row` is the relation of both tables to the record.
    """

    counted: str
    author: str
    mark: str
    member: str
    moment: str
    row: str
    name: Words

    def expression(self, actor: AnyActor, model: type[Model]) -> Combinable:
        """Return the number for a row of `model`, as SQL."""
        del model
        counted = registry.model_named(self.counted)
        mine = {self.row: OuterRef(OuterRef("pk")), self.member: actor.id}
        marks = registry.model_named(self.mark)._default_manager.filter(**mine)
        newer = {self.row: OuterRef("pk"), "created_at__gt": Subquery(marks.values(self.moment))}
        rule = registry.resource_of(counted).list_rule({self.row})
        listed = narrowed(counted._default_manager.all(), rule.scope(actor, counted))
        unread = listed.filter(**newer).exclude(**{self.author: actor.id})
        return RowCount(unread.order_by().values("pk")[:MOST_UNREAD])

    def models_read(self, model: type[Model]) -> frozenset[type[Model]]:
        """Return the models whose rows are looked at."""
        del model
        counted, mark = map(registry.model_named, (self.counted, self.mark))
        rule = registry.resource_of(counted).list_rule({self.row})
        return rule.models_read(counted) | {counted, mark}

    def words(self) -> str:
        """Say what is counted in plain words."""
        return str(self.name)
