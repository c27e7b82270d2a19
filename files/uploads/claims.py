"""Who may store bytes of an upload: whoever has claimed it last, in whichever process.

A connection that hangs would hold a lock for as long as nobody notices. Here the next request
takes the upload over at once, and the former one can store nothing any more: what it writes counts
only once it is acknowledged, which is one statement that names its claim. A process that is killed
leaves nothing behind that would have to be undone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from files.models import Upload, UploadPart
from resources.api import Problem, not_visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from resources.api import Actor


def claim(upload_id: UUID, by: Actor) -> Upload:
    """Take an upload over and return it as it then is: nobody else stores anything any more.

    Raises Problem 404 unless it is the actor's, 410 when it has expired.
    """
    with transaction.atomic():
        rows = Upload.objects.filter(pk=upload_id, owner=by.id)
        if not rows.update(claim=F("claim") + 1):
            raise not_visible()
        upload = rows.get()
    require_fresh(upload)
    return upload


def find(upload_id: UUID, by: Actor) -> Upload:
    """Return an upload of the actor's without taking it over; raises as `claim`."""
    upload = Upload.objects.filter(pk=upload_id, owner=by.id).first()
    if upload is None:
        raise not_visible()
    require_fresh(upload)
    return upload


def require_fresh(upload: Upload) -> None:
    """Raise Problem 410 for an upload that was left alone for too long."""
    if upload.expires_at <= timezone.now():
        raise Problem(410, "expired", _("This upload was left alone for too long."))


def require_claimed(upload: Upload) -> None:
    """Raise Problem 423 if somebody has taken the upload over."""
    if not _claimed(upload).exists():
        raise taken_over()


def acknowledge(upload: Upload, offset: int, **values: object) -> None:
    """Count bytes as stored for good; raises Problem 423 if somebody has taken the upload over."""
    update(upload, offset=offset, expires_at=next_expiry(), **values)


def acknowledge_parts(
    upload: Upload, offset: int, parts: Sequence[UploadPart], **values: object
) -> None:
    """Count parts in the bucket as stored for good; raises as `acknowledge`."""
    with transaction.atomic():
        acknowledge(upload, offset, **values)
        UploadPart.objects.bulk_create(parts)


def update(upload: Upload, **values: object) -> None:
    """Write columns of a claimed upload; raises Problem 423 if somebody has taken it over."""
    if not _claimed(upload).update(**values):
        raise taken_over()
    for name, value in values.items():
        setattr(upload, name, value)


def next_expiry() -> datetime:
    """Return when an upload expires that is not touched from now on."""
    return timezone.now() + timedelta(hours=settings.UPLOAD_HOURS)


def taken_over() -> Problem:
    """Say that another request goes on with this upload (423)."""
    detail = _("Another request has taken this upload over.")
    return Problem(423, "taken_over", detail)


def _claimed(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(pk=upload.pk, claim=upload.claim)
