"""Uploads that end without a file: by their owner, or left alone for too long."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from files.models import Upload
from files.uploads.counters import counters
from files.uploads.staging import staging

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

logger = logging.getLogger("holobase.files")


def end_upload(upload: Upload) -> None:
    """Delete a claimed upload: the bytes first, so that a crash leaves the row to tell."""
    staging().discard(upload)
    upload.delete()
    counters.ended += upload.state == Upload.State.OPEN


def sweep_expired_uploads() -> int:
    """Delete the uploads that were left alone for too long; returns their number."""
    count = end_uploads(Upload.objects.filter(expires_at__lt=timezone.now()))
    counters.expired += count
    return count


def delete_uploads_of(owner_id: UUID) -> int:
    """Delete all uploads of a member; returns their number."""
    return end_uploads(Upload.objects.filter(owner=owner_id))


def end_uploads(uploads: QuerySet[Upload]) -> int:
    """End uploads one by one; one that fails is logged, and tried again the next time."""
    count = 0
    for upload in uploads:
        try:
            # Whoever is still sending stores nothing any more.
            Upload.objects.filter(pk=upload.pk).update(claim=F("claim") + 1)
            staging().discard(upload)
            upload.delete()
            count += 1
        except Exception:
            logger.exception("an upload is left to the next sweep")
    return count
