"""The index of lists of relations: which records list a row, and at which place.

A `RelationListField` holds the ids in their order. So the log, the entity tag, history and filters
have the list like any other column. The index beside it, kept by the write door in the same
transaction, makes what a column of ids can't: a listed row can't be deleted, is found to be used
without reading every list, and is read in order by one subquery.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.db.models import OuterRef

from resources.fields import RelationListField

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from django.db.models import Model, QuerySet

    from resources.models import Record


@cache
def list_fields(model: type[Model]) -> Sequence[RelationListField]:
    """Return the columns of a model that list rows of others."""
    return [field for field in model._meta.concrete_fields if isinstance(field, RelationListField)]


def index(row: Record, changed: Collection[str]) -> None:
    """Index those of a stored row's lists again that are among the `changed` columns."""
    for field in list_fields(type(row)):
        if field.name in changed:
            rows = field.index_model._default_manager
            rows.filter(**{field.record_relation.name: row.pk}).delete()
            _insert(field, [row])


def index_many(rows: Iterable[Record]) -> None:
    """Index the lists of new rows of one model; raises IntegrityError for an id of no row."""
    batch = list(rows)
    for field in list_fields(type(batch[0])):
        _insert(field, batch)


def listed_rows(field: RelationListField) -> QuerySet[Model]:
    """Return the rows that the outer query's record lists, in order, as a subquery."""
    index_name = field.listed_relation.related_query_name()
    record = {f"{index_name}__{field.record_relation.name}": OuterRef("pk")}
    rows = field.listed_model._default_manager.filter(**record)
    return rows.order_by(f"{index_name}__position")


def _insert(field: RelationListField, rows: Sequence[Record]) -> None:
    entries = [
        field.index_model(
            **{
                field.record_relation.attname: row.pk,
                field.listed_relation.attname: listed,
                "position": position,
            }
        )
        for row in rows
        for position, listed in enumerate(getattr(row, field.name))
    ]
    if entries:
        field.index_model._default_manager.bulk_create(entries)
