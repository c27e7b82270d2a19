"""Background work on files, and what wakes it."""

from __future__ import annotations

from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from files import services
from files.access import purging
from files.models import File
from files.selectors import files_shown_by
from resources.api import Change, Problem

if TYPE_CHECKING:
    from django.tasks import Task

SOON = 50
AT_ONCE = 100
MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=30)
"""Before the second attempt; it doubles each time, so that the last comes four hours later."""


@task(priority=SOON)
def delete_bytes(keys: list[str], attempt: int = 1) -> None:
    """Delete stored bytes whose rows are gone; while the storage is away, again later."""
    try:
        services.delete_bytes(keys)
    except (Problem, OSError):
        if attempt == MOST_ATTEMPTS:
            raise
        _later(delete_bytes, attempt).enqueue(keys, attempt + 1)


@task(priority=SOON)
def purge_hidden(change_id: int) -> None:
    """Have the cache in front forget the files that a change has hidden."""
    change = Change.objects.filter(pk=change_id).first()
    tags = purging.hidden_tags(change) if change else []
    if tags:
        purge.enqueue(tags)


@task(priority=SOON)
def purge(tags: list[str], attempt: int = 1) -> None:
    """Have the cache in front forget what it keeps under some tags; while it fails, again later."""
    try:
        purging.purge(tags)
    except purging.PurgeError:
        if attempt == MOST_ATTEMPTS:
            raise
        _later(purge, attempt).enqueue(tags, attempt + 1)


def _later(failed: Task[Any, Any], attempt: int) -> Task[Any, Any]:
    """Return a task that has failed so often, to be run again after a pause."""
    return failed.using(run_after=timezone.now() + FIRST_PAUSE * 2 ** (attempt - 1))


def sweep_unused_files() -> int:
    """Delete files that no row has pointed at for long enough; returns their number.

    A file is forgotten together with the order to delete its bytes, which follows in the
    background.
    """
    services.note_use(File.objects.all())
    count = 0
    for some in batched(services.long_unused(), AT_ONCE, strict=False):
        with transaction.atomic():
            forgotten = services.forget_unused(some)
            if forgotten:
                delete_bytes.enqueue([key for keys in forgotten for key in keys])
        count += len(forgotten)
    return count


def hear(change: Change, **_signal: object) -> None:
    """Hear of every committed change, and note which files a record has shown and none does now.

    Nobody but their owner may fetch them from then on, as nobody sees a row that shows them. The
    sweep deletes them after a time of grace.
    """
    shown = files_shown_by(change)
    if shown:
        services.note_use(File.objects.filter(pk__in=shown))
    if settings.FILES_PURGE_URL and purging.may_hide_files(change):
        purge_hidden.enqueue(change.pk)
