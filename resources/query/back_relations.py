"""Back-relations: the records that point at a record, such as `comments_via_post` of a post."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import OuterRef

from resources import registry
from resources.query.columns import readable_scope
from resources.rules import narrowed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from django.db.models import Model, QuerySet

    from resources.actors import AnyActor
    from resources.declaration import Resource
    from resources.types import ModelField


OUTER_KEY = OuterRef("pk")


@dataclass(frozen=True)
class BackRelation:
    """The records of `source` whose column `relation` points at a record."""

    source: Resource
    relation: str

    @property
    def name(self) -> str:
        """Return the name in filters and in `expand`."""
        return f"{self.source.name.replace('-', '_')}_via_{self.relation}"

    @property
    def column(self) -> ModelField:
        """Return the column that points."""
        return self.source.column(self.relation)

    @property
    def is_indexed(self) -> bool:
        """Return whether an index finds the records that point at one."""
        return self.relation in self.source.filters

    def leads_to(self, resource: Resource) -> bool:
        """Return whether the column points at records of a resource."""
        return self.column.related_model is resource.model

    def listed(
        self, actor: AnyActor, pinned: Collection[str] = (), key: object = OUTER_KEY
    ) -> QuerySet[Model]:
        """Return the rows that point at the outer query's row, of those that the actor may list.

        `pinned` names the relations that lead to one record that the actor may view; `key` is that
        row's id.
        """
        model = self.source.model
        rows = model._default_manager.filter(**{self.column.attname: key})
        known = narrowed(rows, readable_scope(self.source, actor, self.relation))
        return narrowed(known, self.source.list_rule(pinned).scope(actor, model))


def back_relation(name: str) -> BackRelation | None:
    """Read a name such as `comments_via_post`; None when there is nothing to look back by."""
    source_name, is_back, relation = name.partition("_via_")
    source = registry.named(source_name.replace("_", "-")) if is_back else None
    if source is None or relation not in (*source.filters, *source.scans):
        return None
    back = BackRelation(source, relation)
    return back if back.column.is_relation else None


def back_relations(resource: Resource) -> Iterator[BackRelation]:
    """Yield what can be expanded of the records that point at a resource, in order of name."""
    return iter(_by_target(tuple(registry.all_resources())).get(resource.model, ()))


@lru_cache(maxsize=1)
def _by_target(resources: tuple[Resource, ...]) -> Mapping[type[Model], Sequence[BackRelation]]:
    """Return the indexed back-relations among some resources by the model that they point at."""
    found: dict[type[Model], list[BackRelation]] = defaultdict(list)
    for source in resources:
        for relation in source.filters:
            back = back_relation(BackRelation(source, relation).name)
            if back:
                found[source.target(relation)].append(back)
    return found
