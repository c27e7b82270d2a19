"""Copies of a member's data: asked for, put together in the background, kept for a week."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from django.core.files import File as StoredFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from resources.api import SYSTEM, Problem, changes
from users.models import EventKind, Export, User
from users.services.archives import untold, write_archive
from users.services.events import record_event

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Actor
    from users.callers import Caller
    from users.services.archives import Progress

KEPT_FOR = timedelta(days=7)
A_DAY = timedelta(days=1)
MOST_A_DAY = 3

State = Export.State


def request_export(user: User, *, by: Actor, caller: Caller) -> Export:
    """Ask for an archive of everything of a member's; the caller has it built in the background.

    Its name in the storage (256 random bits, below `exports/`, which is never served) is written
    down before the first byte is, so that no archive is ever forgotten there. Raises Problem 409
    while one is being put together, 429 after three in a day.
    """
    with changes.together():
        member = changes.locked(user)
        _require_room(member)
        key = f"exports/{token_hex(32)}.zip"
        export = changes.create(Export, by=by, user=member, key=key)
        record_event(member, EventKind.EXPORT_REQUESTED, by=by, caller=caller)
    return export


def build_export(export_id: UUID, *, tell: Progress = untold, is_last_attempt: bool = True) -> None:
    """Put an archive together and store it; one that fails for good is marked so.

    Raises whatever kept it from being made; nothing is left of it then. Doing it again for an
    archive that is there, or was erased meanwhile, does nothing. `tell` hears of the progress.
    """
    export = Export.objects.select_related("user").filter(pk=export_id, state=State.PENDING).first()
    if export is None:
        return
    try:
        size = _store(export, tell)
        end = timezone.now() + KEPT_FOR
        is_wanted = _finish(export, state=State.READY, size=size, expires_at=end)
    except Exception:
        default_storage.delete(export.key)
        if is_last_attempt:
            _finish(export, state=State.FAILED, key="")
        raise
    else:
        if not is_wanted:
            default_storage.delete(export.key)


def ready_export(user_id: UUID, export_id: UUID) -> Export | None:
    """Return a member's archive if it can be fetched now."""
    ready = Export.objects.filter(state=State.READY, expires_at__gt=timezone.now())
    return ready.filter(pk=export_id, user=user_id).first()


def drop_expired_exports() -> int:
    """Delete archives whose week is over, and what a crash left behind; returns their number."""
    now = timezone.now()
    expired = Export.objects.filter(state=State.READY, expires_at__lte=now)
    stuck = Export.objects.filter(state=State.PENDING, created_at__lte=now - A_DAY)
    count = 0
    for exports, state in ((expired, State.EXPIRED), (stuck, State.FAILED)):
        for export in exports:
            default_storage.delete(export.key)
            changes.update(export, by=SYSTEM, state=state, key="")
            count += 1
    return count


def delete_exports(user: User) -> None:
    """Delete all of a member's archives, bytes first, and the records of them."""
    for export in Export.objects.filter(user=user):
        if export.key:
            default_storage.delete(export.key)
        changes.delete(export, by=SYSTEM)


def _require_room(user: User) -> None:
    now = timezone.now()
    recent = Export.objects.filter(user=user, created_at__gt=now - A_DAY).order_by("created_at")
    if recent.filter(state=State.PENDING).exists():
        raise Problem(409, "export_pending", _("An archive is being put together already."))
    times = list(recent.values_list("created_at", flat=True))
    if len(times) >= MOST_A_DAY:
        wait = str(int((times[0] + A_DAY - now).total_seconds()) + 1)
        detail = _("That was too often. Try again later.")
        raise Problem(429, "throttled", detail, headers={"Retry-After": wait})


def _store(export: Export, tell: Progress) -> int:
    """Write the archive to a temporary local file, then to the storage; returns bytes."""
    with TemporaryFile() as draft:
        write_archive(export.user, draft, tell)
        size = draft.tell()
        draft.seek(0)
        default_storage.save(export.key, StoredFile(draft, export.key))
    return size


def _finish(export: Export, **values: object) -> bool:
    """Write down what came of it, unless the record has gone meanwhile."""
    with changes.together():
        current = (
            Export.objects.select_for_update().filter(pk=export.pk, state=State.PENDING).first()
        )
        if current is not None:
            changes.update(current, by=SYSTEM, **values)
    return current is not None
