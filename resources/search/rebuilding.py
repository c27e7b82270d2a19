"""Entering the terms of all records anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import connection, transaction

from resources.models import SearchEntry
from resources.search.index import forget_entries, index_many

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

    from resources.declaration import Resource
    from resources.models import Record

ROWS_AT_ONCE = 500


def rebuild(resource: Resource) -> int:
    """Enter the terms of all records of a resource; return how many records there are.

    Records are locked while theirs are entered, some hundred at a time, so that this can run beside
    a server.
    """
    count = 0
    model = cast("type[Record]", resource.model)
    rows = model._default_manager.select_for_update(no_key=True).order_by("pk")
    last: UUID | None = None
    while True:
        with transaction.atomic():
            batch = list((rows if last is None else rows.filter(pk__gt=last))[:ROWS_AT_ONCE])
            if not batch:
                break
            index_many(batch)
        count += len(batch)
        last = batch[-1].pk
    forget_entries(
        SearchEntry.objects.filter(resource=resource.name).exclude(
            record_id__in=model._default_manager.values("pk")
        )
    )
    return count


def forget_others(resources: Collection[Resource]) -> None:
    """Take out the terms of all that is none of these resources' records."""
    names = [resource.name for resource in resources]
    forget_entries(SearchEntry.objects.exclude(resource__in=names))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM resources_search"
                " WHERE rowid NOT IN (SELECT id FROM resources_searchentry)"
            )


def rebuilt(resources: Collection[Resource]) -> Iterator[tuple[Resource, int]]:
    """Rebuild the index of all resources that are searched; yield each with its count when done."""
    for resource in resources:
        yield resource, rebuild(resource)
    forget_others(resources)
