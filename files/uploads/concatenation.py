"""Uploads in parallel: pieces that were sent side by side become a file (tus, *concatenation*)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from files.models import Upload
from files.uploads import claims
from files.uploads.ending import end_upload
from files.uploads.finishing import finish
from files.uploads.opening import admit, member_id, require_type, too_large
from files.uploads.staging import staging
from resources.api import Problem, not_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from files.uploads.protocol import Creation
    from resources.api import Actor


def concatenate(creation: Creation, *, by: Actor) -> Upload:
    """Put complete pieces together and finish what they make.

    The bytes go through this process. Until they are whole the pieces hold the room reserved for
    them, and nothing is lost if it ends. Raises Problem 400, 403, 404, 409, 413 and 415.
    """
    policy = admit(creation.field, by)
    require_type(policy, creation.content_type)
    pieces = _pieces(creation, by)
    length = sum(piece.offset for piece in pieces)
    if length > policy.most_bytes:
        raise too_large(policy.most_bytes)
    upload = Upload.objects.create(
        owner_id=member_id(by),
        kind=Upload.Kind.FINAL,
        name=creation.name[:200],
        field=creation.field[:100],
        metadata=creation.metadata,
        concat=creation.concat,
        length=length,
        expires_at=claims.next_expiry(),
    )
    try:
        _join(upload, pieces)
    except Exception:
        end_upload(upload)
        raise
    finish(upload, by=by)
    return upload


def _pieces(creation: Creation, by: Actor) -> Sequence[Upload]:
    found = {each.pk: each for each in Upload.objects.filter(pk__in=creation.pieces, owner=by.id)}
    if len(found) < len(creation.pieces):
        raise not_visible()
    pieces = [found[piece] for piece in creation.pieces]
    for piece in pieces:
        claims.require_fresh(piece)
        if piece.kind != Upload.Kind.PARTIAL or not piece.is_complete:
            raise Problem(409, "not_complete", _("Only complete pieces can be put together."))
    return pieces


def _join(upload: Upload, pieces: Sequence[Upload]) -> None:
    place = staging()
    writer = place.writer(upload)
    try:
        for piece in pieces:
            place.assemble(piece)
            for chunk in place.chunks(piece):
                writer.write(chunk)
        writer.acknowledge(is_last=True)
    finally:
        writer.close()
    with transaction.atomic():
        claims.update(upload, reserved=upload.length)
        Upload.objects.filter(pk__in=[piece.pk for piece in pieces]).update(reserved=0)
    for piece in pieces:
        end_upload(piece)
