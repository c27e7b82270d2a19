"""Whether a database agrees with itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.db.models import Count

from backups.tables import ChangeTable, KeyRange
from cards.models import Card
from resources import feed
from resources.changes import logged_values
from resources.models import Action, Change
from resources.registry import all_resources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from resources.declaration import Resource
    from resources.json_text import JsonObject


def problems() -> Iterator[str]:
    """Yield what is wrong."""
    try:
        connection.check_constraints()
    except DatabaseError as error:
        yield f"foreign keys: {error}"
    yield from _counts()
    for resource in all_resources():
        yield from _untold(resource)
    yield from _numbering()


def _counts() -> Iterator[str]:
    cards = Card.objects.annotate(counted=Count("likes")).values_list("pk", "like_count", "counted")
    for key, stored, counted in cards.iterator():
        if stored != counted:
            yield f"card {key}: like_count is {stored}, there are {counted}"


def _untold(resource: Resource) -> Iterator[str]:
    """Yield the records that are not as the log tells."""
    told: dict[UUID, JsonObject] = {}
    changes = Change.objects.filter(resource=resource.name)
    order = "pk" if connection.vendor == "sqlite" else "assigned_position"
    for change in changes.order_by(order).iterator():
        if change.action == Action.DELETE:
            told.pop(change.record_id, None)
        else:
            told.setdefault(change.record_id, {}).update(change.after)
    for row in resource.model._default_manager.iterator():
        if told.pop(row.pk, None) != logged_values(row):
            yield f"{resource.name} {row.pk}: not as the log tells"
    for key in told:
        yield f"{resource.name} {key}: gone, and the log does not tell"


def _numbering() -> Iterator[str]:
    """Yield a position that is given twice."""
    head, number = feed.head(), Change.objects.count()
    if head < number:
        yield f"{number} changes, the last at {head}"


def log_until(position: int) -> tuple[int, str]:
    """Return the log's last position, and the digest of all up to one; 0 is up to the last."""
    last = feed.head()
    return last, str(ChangeTable().digest(KeyRange(until=position or last)))
