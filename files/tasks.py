"""Background work on files, and what wakes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task

from files import services
from files.selectors import files_shown_by
from resources.api import Action

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Change

SOON = 50


@task
def sweep() -> int:
    """Delete files that nothing uses."""
    return services.sweep_unused_files()


@task(priority=SOON)
def delete_bytes(keys: list[str]) -> None:
    """Delete stored bytes whose rows are gone."""
    services.delete_bytes(keys)


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
