"""A complete upload becomes a file of its owner, or is refused for good by what its bytes are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from files.models import Upload
from files.services import StagedUpload, discard_unused, store_file
from files.uploads import claims
from files.uploads.counters import counters
from files.uploads.opening import policy_for
from files.uploads.staging import staging
from resources.api import Problem

if TYPE_CHECKING:
    from files.models import File
    from files.uploads.staging import Staging
    from resources.api import Actor

TOO_MUCH = {"too_large", "quota_exceeded", "too_many_pixels"}


def finish(upload: Upload, *, by: Actor) -> None:
    """Make a complete upload a file, if it is none yet; the caller has claimed it.

    It may take seconds, and may be repeated: nobody gets two files of one upload. Raises Problem
    413 or 415 for bytes that are refused, then and whenever it is asked again, and 503 when there
    is no room to read a picture just now.
    """
    require_not_refused(upload)
    is_due = upload.state == Upload.State.OPEN and upload.is_complete
    if not is_due or upload.kind == Upload.Kind.PARTIAL:
        return
    place = staging()
    try:
        file = _stored(place, upload, by)
    except ValidationError as error:
        _refuse(upload, error)
        place.discard(upload)
        require_not_refused(upload)
        return
    try:
        claims.update(upload, state=Upload.State.FINISHED, file_id=file.pk, reserved=0)
    except Problem:
        discard_unused([file.pk])
        raise
    counters.finished += 1
    place.discard(upload)


def require_not_refused(upload: Upload) -> None:
    """Raise the Problem that an upload was refused with."""
    if upload.state == Upload.State.REFUSED:
        refusal = upload.refusal
        raise Problem(refusal["status"], refusal["code"], refusal["detail"])


def _refuse(upload: Upload, error: ValidationError) -> None:
    code = error.code or "invalid"
    status = 413 if code in TOO_MUCH else 415
    refusal = {"status": status, "code": code, "detail": error.messages[0]}
    claims.update(upload, state=Upload.State.REFUSED, refusal=refusal, reserved=0)
    counters.refused += 1


def _stored(place: Staging, upload: Upload, by: Actor) -> File:
    """Store what the bytes are; raises ValidationError for what the field does not take."""
    place.assemble(upload)
    with place.open(upload) as content:
        return store_file(
            by=by,
            upload=content,
            policy=policy_for(upload),
            name=upload.name,
            staged=StagedUpload(upload.pk, partial(place.save, upload)),
        )
