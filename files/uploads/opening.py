"""Beginning an upload: what a field takes is asked, and room reserved, before any byte comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from files.models import Upload
from files.policies import FilePolicy, picture_policy, policies, policy_of
from files.quota import require_space
from files.uploads.claims import next_expiry
from files.uploads.counters import counters
from resources.api import (
    Problem,
    client_network,
    consume_quota,
    not_permitted,
    not_signed_in,
    registry,
    require_scope,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from files.uploads.protocol import Creation
    from resources.api import Actor

TELLING = frozenset({"image", "video", "audio"})
"""Main types by which a declared type is right or wrong; of others, systems name many alike."""


def open_upload(creation: Creation, *, by: Actor) -> Upload:
    """Begin an upload; raises Problem 400, 401, 403, 413 or 415 where it could not become a file.

    Of one whose length is not known yet, room is reserved as it grows.
    """
    policy = admit(creation.field, by, is_partial=creation.is_partial)
    require_type(policy, creation.content_type)
    length = creation.length
    if length is not None and length > policy.most_bytes:
        raise too_large(policy.most_bytes)
    kind = Upload.Kind.PARTIAL if creation.is_partial else Upload.Kind.WHOLE
    if length == 0:
        raise Problem(400, "empty", _("There is nothing to upload."))
    counters.begun += 1
    with transaction.atomic():
        reserve(by, length or 0, files=0 if creation.is_partial else 1)
        return Upload.objects.create(
            owner_id=member_id(by),
            kind=kind,
            name=creation.name[:200],
            field=creation.field[:100],
            metadata=creation.metadata,
            concat=creation.concat,
            length=length,
            reserved=length or 0,
            expires_at=next_expiry(),
        )


def count_creation(actor: Actor, address: str) -> Mapping[str, str]:
    """Count a creation as a write; raises Problem 429. What follows it is not counted."""
    who = (str(member_id(actor)), client_network(address))
    return consume_quota("write", *who, trust=actor.trust_level)


def admit(field: str, by: Actor, *, is_partial: bool = False) -> FilePolicy:
    """Return what a field takes, that of pictures without one.

    A piece without a field may become anything. Raises Problem 400 for a field that there is not,
    401 or 403 for who may not write it.
    """
    member_id(by)
    if field:
        return _policy_of_field(field, by)
    if not by.has_scope("*", "write"):
        raise not_permitted(_("A key has to name the field that the file is for."))
    return _policy_without_field(is_partial=is_partial)


def member_id(actor: Actor) -> UUID:
    """Return the id of the member who asks; raises Problem 401 for nobody."""
    if actor.id is None:
        raise not_signed_in()
    return actor.id


def policy_for(upload: Upload) -> FilePolicy:
    """Return what the field of an upload takes."""
    if upload.field:
        return policy_of(upload.field)
    return _policy_without_field(is_partial=upload.kind == Upload.Kind.PARTIAL)


def require_type(policy: FilePolicy, content_type: str) -> None:
    """Raise Problem 415 for a declared type that the field can't take, whatever the bytes are."""
    kind = content_type.partition("/")[0]
    if kind in TELLING and kind not in {each.partition("/")[0] for each in policy.types}:
        taken = ", ".join(sorted(policy.types))
        detail = _("The field takes these types: %(types)s.") % {"types": taken}
        raise Problem(415, "type_not_taken", detail)


def reserve(by: Actor, size: int, *, files: int = 1, upload: Upload | None = None) -> None:
    """Reserve room in the transaction around it; raises Problem 413 when there is none left."""
    try:
        require_space(by, size, beside=upload.pk if upload else None, files=files)
    except ValidationError as error:
        raise Problem(413, "quota_exceeded", error.messages[0]) from None


def too_large(most: int) -> Problem:
    """Say that a file is larger than its field takes (413)."""
    detail = _("A file for this field has %(most)d bytes at most.") % {"most": most}
    return Problem(413, "too_large", detail, headers={"Tus-Max-Size": str(most)})


def _policy_without_field(*, is_partial: bool) -> FilePolicy:
    """Return what an upload may be that names no field: a picture, or a piece of anything."""
    if is_partial:
        return max(policies(), key=lambda policy: policy.most_bytes)
    return picture_policy()


def _policy_of_field(field: str, by: Actor) -> FilePolicy:
    try:
        policy = policy_of(field)
    except LookupError:
        detail = _("There is no field “%(name)s” that takes files.") % {"name": field}
        raise Problem(400, "unknown_field", detail) from None
    resource = registry.named(field.partition(".")[0])
    if resource is not None:
        require_scope(by, resource, "write")
    return policy
