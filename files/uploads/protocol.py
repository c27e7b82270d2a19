"""What the headers of tus 1.0 say (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from resources.api import Problem

if TYPE_CHECKING:
    from _hashlib import HASH
    from collections.abc import Callable, Mapping, Sequence

VERSION = "1.0.0"
EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "checksum",
    "expiration",
    "termination",
    "concatenation",
)
CHUNK_TYPE = "application/offset+octet-stream"
PATH = "/api/v1/uploads"
MOST_NUMBER = 2**62
MOST_METADATA_BYTES = 4096
MOST_PIECES = 100
NUMBER = re.compile(r"[0-9]{1,19}")
KEY = re.compile(r"[!-+\--~]{1,100}")
LOCATION = re.compile(rf"(?:https?://[^/\s]+)?{PATH}/([0-9a-fA-F-]{{32,36}})")
# SHA-1 is what the protocol asks every server for; it guards against chance alone.
CHECKSUMS: Mapping[str, Callable[[], HASH]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
}
TUS = {"Tus-Resumable": VERSION}
REQUEST_HEADERS = (
    "Tus-Resumable",
    "Upload-Checksum",
    "Upload-Concat",
    "Upload-Defer-Length",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "X-HTTP-Method-Override",
)
"""What a page of another origin has to be allowed to send."""
ANSWER_HEADERS = (
    "Tus-Checksum-Algorithm",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Concat",
    "Upload-Defer-Length",
    "Upload-Expires",
    "Upload-File",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
)
"""What it has to be allowed to read."""


class Creation(NamedTuple):
    """An upload as its creator describes it; `length` is None where it is not known yet."""

    length: int | None
    metadata: str
    name: str
    field: str
    content_type: str
    concat: str
    pieces: Sequence[UUID]

    @property
    def is_partial(self) -> bool:
        """Return whether this is a piece of a file that is put together later."""
        return self.concat == "partial"


class Checksum(NamedTuple):
    """The digest that a chunk has to have, and what computes it."""

    hasher: HASH
    digest: bytes

    def require(self) -> None:
        """Raise Problem 460 unless the digest is that of the bytes that the hasher has seen."""
        if self.hasher.digest() != self.digest:
            detail = _("The bytes are not those of the checksum. Send them again.")
            raise Problem(460, "checksum_mismatch", detail)


def speaks(headers: Mapping[str, str]) -> bool:
    """Return whether a client speaks the protocol, in whatever version."""
    return "tus-resumable" in headers


def require_version(headers: Mapping[str, str]) -> None:
    """Raise Problem 412 for a client that speaks another version, or none."""
    if headers.get("tus-resumable") != VERSION:
        detail = _("Send “Tus-Resumable: 1.0.0”.")
        supported = {"Tus-Version": VERSION}
        raise Problem(412, "unsupported_version", detail, headers=supported)


def creation(headers: Mapping[str, str]) -> Creation:
    """Read the headers of a creation; raises Problem 400."""
    raw = headers.get("upload-metadata", "")
    told = metadata(raw)
    concat = headers.get("upload-concat", "").strip()
    pieces = _pieces(concat)
    length = None if pieces else number(headers, "upload-length")
    is_deferred = headers.get("upload-defer-length")
    if is_deferred not in {None, "1"} or (is_deferred and length is not None):
        raise bad_header("Upload-Defer-Length", _("Only 1 is possible, without Upload-Length."))
    if length is None and not is_deferred and not pieces:
        raise bad_header("Upload-Length", _("Say how long the upload is, or Upload-Defer-Length."))
    if concat not in {"", "partial"} and not pieces:
        raise bad_header("Upload-Concat", _("Say “partial”, or “final;” and addresses."))
    name = told.get("filename") or told.get("name", "")
    content_type = (told.get("filetype") or told.get("type", "")).partition(";")[0].strip().lower()
    return Creation(length, raw, name, told.get("field", ""), content_type, concat, pieces)


def number(headers: Mapping[str, str], name: str) -> int | None:
    """Return the number in a header, None without one; raises Problem 400."""
    text = headers.get(name)
    if text is None:
        return None
    if not NUMBER.fullmatch(text) or int(text) > MOST_NUMBER:
        raise bad_header(name.title(), _("This must be a whole number."))
    return int(text)


def metadata(header: str) -> dict[str, str]:
    """Read an Upload-Metadata header: keys with values in base64; raises Problem 400."""
    if len(header) > MOST_METADATA_BYTES:
        raise bad_header("Upload-Metadata", _("This is too long."))
    told: dict[str, str] = {}
    for pair in filter(None, (pair.strip() for pair in header.split(","))):
        key, _space, value = pair.partition(" ")
        if not KEY.fullmatch(key) or key in told:
            raise bad_header("Upload-Metadata", _("Each key is plain text and comes once."))
        told[key] = _text(value.strip())
    return told


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Return what a chunk has to come to, if the client says so; raises Problem 400."""
    header = headers.get("upload-checksum")
    if header is None:
        return None
    name, _space, encoded = header.partition(" ")
    if name not in CHECKSUMS:
        raise bad_header("Upload-Checksum", _("Use one of: %(names)s.") % {"names": _names()})
    try:
        digest = b64decode(encoded.strip(), validate=True)
    except (Base64Error, ValueError):
        raise bad_header("Upload-Checksum", _("This is no base64.")) from None
    return Checksum(CHECKSUMS[name](), digest)


def bad_header(name: str, reason: str) -> Problem:
    """Say that a header can't be used (400)."""
    detail = _("The header %(name)s can't be used: %(reason)s") % {"name": name, "reason": reason}
    return Problem(400, "bad_header", detail)


def capabilities() -> Mapping[str, str]:
    """Return the headers that tell what this server can do."""
    return {
        **TUS,
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def _names() -> str:
    return ", ".join(CHECKSUMS)


def _text(encoded: str) -> str:
    try:
        return b64decode(encoded, validate=True).decode().replace("\x00", "")
    except (Base64Error, ValueError):
        raise bad_header("Upload-Metadata", _("Values are UTF-8 in base64.")) from None


def _pieces(concat: str) -> Sequence[UUID]:
    """Return the ids in `final;/api/v1/uploads/a /api/v1/uploads/b`; raises Problem 400."""
    if not concat.startswith("final;"):
        return ()
    found = [LOCATION.fullmatch(place) for place in concat.removeprefix("final;").split()]
    if not 0 < len(found) <= MOST_PIECES:
        raise bad_header("Upload-Concat", _("Name 1 to 100 uploads."))
    try:
        ids = [UUID(place[1]) for place in found if place]
    except ValueError:
        ids = []
    if len(set(ids)) < len(found):
        raise bad_header("Upload-Concat", _("These must be addresses of uploads, each once."))
    return ids
