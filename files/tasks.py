"""Background work on files, and what wakes it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from importlib import import_module
from itertools import batched
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.functional import SimpleLazyObject

from files import services, unused
from files.models import File
from files.selectors import files_shown_by
from resources.api import SOON, Change, Retry, job

if TYPE_CHECKING:
    from files.access import purging
else:
    # Only a site with a cache in front needs a client of it.
    purging = SimpleLazyObject(partial(import_module, "files.access.purging"))

AT_ONCE = 100
STUBBORN = Retry(attempts=10, first_pause=timedelta(seconds=30), longest_pause=timedelta(hours=4))
"""While the storage, or the cache in front, is away: the last attempt comes four hours later."""


@job(priority=SOON, retry=STUBBORN)
def delete_bytes(keys: list[str]) -> None:
    """Delete stored bytes whose rows are gone."""
    services.delete_bytes(keys)


@job(priority=SOON)
def purge_hidden(change_id: int) -> None:
    """Have the cache in front forget the files that a change has hidden."""
    change = Change.objects.filter(pk=change_id).first()
    tags = purging.hidden_tags(change) if change else []
    if tags:
        purge.enqueue(tags)


@job(priority=SOON, retry=STUBBORN)
def purge(tags: list[str]) -> None:
    """Have the cache in front forget what it keeps under some tags."""
    purging.purge(tags)


def sweep_unused_files() -> int:
    """Delete files that no row has pointed at for long enough; returns their number.

    A file is forgotten together with the order to delete its bytes, which follows in the
    background.
    """
    unused.note_use(File.objects.all())
    count = 0
    for some in batched(unused.long_unused(), AT_ONCE, strict=False):
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
    unused.note_use_of(files_shown_by(change))
    if settings.FILES_PURGE_URL and purging.may_hide_files(change):
        purge_hidden.enqueue(change.pk)
