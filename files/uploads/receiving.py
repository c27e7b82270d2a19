"""The bytes of one request on their way into an upload.

What is here blocks and belongs into a thread; whoever reads from the client hands it one piece
after the other, and reads no more meanwhile (`server/upload_stream.py`).
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from files.models import Upload
from files.uploads import answers, claims, protocol
from files.uploads.counters import counters
from files.uploads.finishing import finish, require_not_refused
from files.uploads.opening import (
    count_creation,
    member_id,
    open_upload,
    policy_for,
    reserve,
    too_large,
)
from files.uploads.staging import staging
from resources.api import Problem, actor_of_header, not_visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from files.uploads.staging import StagingWriter
    from resources.api import Actor, HttpAnswer

    type Headers = Mapping[str, str]

ACKNOWLEDGED_EVERY_BYTES = 8 * 1024 * 1024
ACKNOWLEDGED_EVERY_SECONDS = 1.0
RESERVED_AT_ONCE = 16 * 1024 * 1024
"""Room that an upload of unknown length takes beforehand."""


class Reception:
    """Takes the body of a PATCH, or of a creation that brings bytes along."""

    def __init__(
        self, upload: Upload, by: Actor, checksum: protocol.Checksum | None, *, is_new: bool
    ) -> None:
        self.upload = upload
        self.by = by
        self.checksum = checksum
        self.is_new = is_new
        self.most = policy_for(upload).most_bytes if upload.length is None else upload.length
        self.writer: StagingWriter = staging().writer(upload)
        self.acknowledged_at = monotonic()

    def write(self, piece: bytes) -> None:
        """Take a piece; raises Problem 413, 423, 503 or 507."""
        self._require_room(len(piece))
        if self.checksum:
            self.checksum.hasher.update(piece)
        self.writer.write(piece)
        counters.received_bytes += len(piece)
        # A chunk with a checksum counts as a whole or not at all.
        if self.checksum is None and self._is_time():
            self._acknowledge(is_last=False)

    def end(self) -> HttpAnswer:
        """Count what came, make it a file if it is whole, and answer.

        Raises Problem 460 for other bytes than announced, and as `write` and `finish`.
        """
        if self.checksum:
            self.checksum.require()
        self._acknowledge(is_last=True)
        finish(self.upload, by=self.by)
        return answers.created(self.upload) if self.is_new else answers.received(self.upload)

    def cut_off(self) -> None:
        """Count what came before the client went away; without its end no checksum can be right."""
        if self.checksum is None:
            self._acknowledge(is_last=True)

    def close(self) -> None:
        """Let go of files."""
        self.writer.close()

    def _is_time(self) -> bool:
        is_much = self.writer.offset - self.upload.offset >= ACKNOWLEDGED_EVERY_BYTES
        return is_much or monotonic() - self.acknowledged_at >= ACKNOWLEDGED_EVERY_SECONDS

    def _acknowledge(self, *, is_last: bool) -> None:
        self.writer.acknowledge(is_last=is_last)
        self.acknowledged_at = monotonic()

    def _require_room(self, size: int) -> None:
        """Raise Problem 413 for more than there is to come, or than may be stored."""
        end = self.writer.offset + size
        if end > self.most:
            raise too_large(self.most)
        if self.upload.length is None and end > self.upload.reserved:
            try:
                self._reserve(min(self.most, end + RESERVED_AT_ONCE))
            except Problem:
                self._reserve(end)

    def _reserve(self, size: int) -> None:
        with transaction.atomic():
            reserve(self.by, size, upload=self.upload)
            claims.update(self.upload, reserved=size)


def begin_creation(headers: Headers, address: str) -> Reception:
    """Begin an upload whose first bytes come along; raises Problem 400 to 415 and 429."""
    protocol.require_version(headers)
    by = actor_of_header(headers.get("authorization", ""))
    count_creation(by, address)
    creation, checksum = protocol.creation(headers), protocol.checksum(headers)
    if creation.pieces:
        raise protocol.bad_header("Upload-Concat", _("A final upload has no bytes of its own."))
    _require_length(headers, 0, creation.length)
    upload = open_upload(creation, by=by)
    return Reception(upload, by, checksum, is_new=True)


def begin_patch(headers: Headers, upload_id: str) -> Reception:
    """Go on with an upload, whoever has it; raises Problem 400, 401, 404, 409, 410, 412 or 413."""
    protocol.require_version(headers)
    by = actor_of_header(headers.get("authorization", ""))
    member_id(by)
    offset, checksum = protocol.number(headers, "upload-offset"), protocol.checksum(headers)
    if offset is None:
        raise protocol.bad_header("Upload-Offset", _("Say where the bytes belong."))
    upload = claims.claim(upload_uuid(upload_id), by)
    _require_open(upload, offset)
    _learn_length(upload, headers, by)
    _require_length(headers, offset, upload.length)
    return Reception(upload, by, checksum, is_new=False)


def upload_uuid(text: str) -> UUID:
    """Return the id in an address; raises Problem 404 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise not_visible() from None


def _require_open(upload: Upload, offset: int) -> None:
    require_not_refused(upload)
    if upload.kind in {Upload.Kind.FINAL, Upload.Kind.PRESIGNED}:
        raise Problem(403, "not_permitted", _("This upload takes no bytes here."))
    if offset != upload.offset:
        detail = _("The upload is at %(offset)d.") % {"offset": upload.offset}
        offset_header = {"Upload-Offset": str(upload.offset)}
        raise Problem(409, "offset_mismatch", detail, headers=offset_header)


def _learn_length(upload: Upload, headers: Headers, by: Actor) -> None:
    """Take the length of an upload that had none; raises Problem 400 and 413."""
    length = protocol.number(headers, "upload-length")
    if length is None or length == upload.length:
        return
    if upload.length is not None or length < upload.offset:
        raise protocol.bad_header("Upload-Length", _("The length is known already."))
    most = policy_for(upload).most_bytes
    if length > most:
        raise too_large(most)
    with transaction.atomic():
        reserve(by, length, upload=upload)
        claims.update(upload, length=length, reserved=length)


def _require_length(headers: Headers, offset: int, length: int | None) -> None:
    """Raise Problem 413 for a body that says that it is longer than what is to come."""
    size = protocol.number(headers, "content-length")
    if size is not None and length is not None and offset + size > length:
        raise too_large(length)
