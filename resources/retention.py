"""How long the log of changes is kept, and how fully.

Lately made changes are kept one by one, for whoever resumes. Of older ones, updates of a record
that one actor made in a row are folded into the last: what a record was and became stays known,
the steps between do not. The oldest are deleted.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from resources import feed
from resources.models import Action, Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

AT_ONCE = 2_000
LOOKS_BACK = timedelta(days=7)
"""What has been too old to be kept in full for longer was folded before."""


def forget_old_changes() -> int:
    """Delete changes older than `CHANGES_KEPT_DAYS`, if that is not 0; returns their number.

    The newest of all stays, as places count on from it.
    """
    if not settings.CHANGES_KEPT_DAYS:
        return 0
    limit = timezone.now() - timedelta(days=settings.CHANGES_KEPT_DAYS)
    old = feed.committed_since(0).filter(at__lt=limit).filter(pk__lt=_newest())
    return sum(_deleted(old))


def fold_old_changes() -> int:
    """Fold updates older than `CHANGES_FULL_DAYS`; returns the number of changes this saved."""
    until = feed.in_full_since()
    old = Change.objects.filter(at__lt=until, at__gte=until - LOOKS_BACK)
    updated = old.filter(action=Action.UPDATE).values_list("resource", "record_id")
    repeated = updated.annotate(times=Count("pk")).filter(times__gt=1).order_by()
    records = [(resource, record_id) for resource, record_id, _times in repeated]
    return sum(_fold(resource, record_id, until) for resource, record_id in records)


def _newest() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _deleted(old: QuerySet[Change]) -> Iterator[int]:
    """Delete some at a time, so that others can write in between; returns how many each time."""
    while keys := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        yield Change.objects.filter(pk__in=keys).delete()[0]


def _fold(resource: str, record_id: UUID, until: datetime) -> int:
    """Fold the old updates of one record."""
    own = feed.committed_since(0).filter(resource=resource, record_id=record_id, at__lt=until)
    with transaction.atomic():
        runs = groupby(own, key=lambda change: (change.action, change.actor_id))
        return sum(_fold_run(list(run)) for (action, _who), run in runs if action == Action.UPDATE)


def _fold_run(run: Sequence[Change]) -> int:
    *earlier, last = run
    if not earlier:
        return 0
    for change in reversed(run):
        last.before = last.before | change.before
        last.after = change.after | last.after
    last.save(update_fields=["before", "after"])
    Change.objects.filter(pk__in=[change.pk for change in earlier]).delete()
    return len(earlier)
