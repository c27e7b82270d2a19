"""Uploads straight to the bucket by presigned addresses, finished here like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from django.db import transaction
from django.utils.translation import gettext as _

from files.models import Upload, UploadPart
from files.uploads import claims
from files.uploads.counters import counters
from files.uploads.disk import DiskStaging
from files.uploads.ending import end_upload
from files.uploads.finishing import finish, require_not_refused
from files.uploads.opening import admit, member_id, require_type, reserve, too_large
from files.uploads.staging import staging
from resources.api import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resources.api import Actor, JsonObject

PART_BYTES = 16 * 1024 * 1024
MOST_PARTS = 1_000
MEBIBYTE = 1024 * 1024


class PresigningStaging(Protocol):
    """A place that others can send parts to."""

    def begin(self, upload: Upload) -> None:
        """Expect parts of a claimed upload."""

    def part_address(self, upload: Upload, number: int) -> str:
        """Return where to PUT a part, good for an hour."""

    def listed_parts(self, upload: Upload) -> Sequence[UploadPart]:
        """Return the parts that have come, the latest last; a number may be there twice."""


def begin_presigned(described: JsonObject, *, by: Actor) -> Upload:
    """Begin an upload straight to the bucket; raises Problem 400 to 415, 409 without a bucket."""
    place = _place()
    policy = admit(described["field"], by)
    require_type(policy, described["type"].lower())
    size: int = described["size"]
    if size > policy.most_bytes:
        raise too_large(policy.most_bytes)
    with transaction.atomic():
        reserve(by, size)
        upload = Upload.objects.create(
            owner_id=member_id(by),
            kind=Upload.Kind.PRESIGNED,
            name=described["name"][:200],
            field=described["field"],
            length=size,
            reserved=size,
            expires_at=claims.next_expiry(),
        )
    try:
        place.begin(upload)
    except Exception:
        end_upload(upload)
        raise
    counters.begun += 1
    return upload


def addresses(upload: Upload, numbers: Iterable[int] = ()) -> list[dict[str, object]]:
    """Return where to PUT which parts, all of them unless some are named."""
    sizes = part_sizes(upload)
    chosen = [number for number in numbers if number in sizes] or list(sizes)
    place = _place()
    return [
        {"number": number, "size": sizes[number], "url": place.part_address(upload, number)}
        for number in chosen
    ]


def part_sizes(upload: Upload) -> Mapping[int, int]:
    """Return how large each part of an upload is, by its number from 1 on."""
    length = upload.length or 0
    size = part_size(length)
    return {
        number: min(size, length - first) for number, first in enumerate(range(0, length, size), 1)
    }


def part_size(length: int) -> int:
    """Return how large each part but the last is: whole mebibytes, and no more than 1,000 parts."""
    least = -(-length // MOST_PARTS)
    return max(PART_BYTES, -(-least // MEBIBYTE) * MEBIBYTE)


def complete_presigned(upload: Upload, tags: Mapping[int, str], *, by: Actor) -> None:
    """Make a file of the parts that have come; repeated, this comes to the same.

    The bucket says which parts there are; `tags` choose between two that were sent under one
    number. Raises Problem 409 that names the missing ones, and as `finish`.
    """
    require_not_refused(upload)
    if not upload.is_complete:
        parts = _complete_parts(upload, tags)
        # From here on the tags are ours: what is sent under a number later makes no difference.
        claims.acknowledge_parts(upload, upload.length or 0, parts)
    finish(upload, by=by)


def require_presigned(upload: Upload) -> None:
    """Raise Problem 409 for an upload that is sent here."""
    if upload.kind != Upload.Kind.PRESIGNED:
        raise Problem(409, "not_presigned", _("The bytes of this upload are sent here, by tus."))


def _complete_parts(upload: Upload, tags: Mapping[int, str]) -> list[UploadPart]:
    sizes = part_sizes(upload)
    found: dict[int, UploadPart] = {}
    for part in _place().listed_parts(upload):
        is_chosen = part.number not in tags or part.tag.strip('"') == tags[part.number].strip('"')
        if is_chosen and part.size == sizes.get(part.number):
            found[part.number] = part
    missing = [number for number in sizes if number not in found]
    if missing:
        detail = _("%(count)d parts are missing, or have another size.") % {"count": len(missing)}
        raise Problem(409, "not_complete", detail, members={"missing": missing})
    return [found[number] for number in sizes]


def _place() -> PresigningStaging:
    place = staging()
    if isinstance(place, DiskStaging):
        detail = _("Files are on this server's own disk: send them by tus, to /api/v1/uploads.")
        raise Problem(409, "not_available", detail)
    return cast("PresigningStaging", place)
