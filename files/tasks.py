"""Background work on files, and what wakes it."""

from __future__ import annotations

from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from files import services
from files.models import File
from files.selectors import files_shown_by
from resources.api import Problem

if TYPE_CHECKING:
    from resources.api import Change

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
        at = timezone.now() + FIRST_PAUSE * 2 ** (attempt - 1)
        delete_bytes.using(run_after=at).enqueue(keys, attempt + 1)


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
