"""Background work on files, and what wakes it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from files import services
from files.selectors import files_shown_by
from resources.api import Action, Problem

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Change

SOON = 50
MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=30)
"""Before the second attempt; it doubles each time, so that the last comes four hours later."""


@task
def sweep() -> int:
    """Delete files that nothing uses."""
    return services.sweep_unused_files()


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


def hear(change: Change, **_signal: object) -> None:
    """Hear of every committed change, and forget files that only a deleted record has shown.

    They are gone for whoever knows their addresses at once. Their bytes follow in the background,
    as this may run where all writes wait.
    """
    if change.action != Action.DELETE:
        return
    shown: list[UUID] = files_shown_by(change)
    if not shown:
        return
    with transaction.atomic():
        keys = services.forget_unused(shown)
        if keys:
            delete_bytes.enqueue(keys)
