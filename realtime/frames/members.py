"""The members of frames: their JSON Schema, and the checks that frames of clients have to pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import orjson
from django.utils.translation import gettext as _

from resources.errors import FieldError, invalid

if TYPE_CHECKING:
    from collections.abc import Callable

type Schema = dict[str, object]

MOST_METADATA = 1024
MOST_PAYLOAD = 16 * 1024
MOST_SIGNAL = 32 * 1024
LONGEST_TEXT = 100


def ref(component: str) -> Schema:
    """Return a reference to a schema of `realtime.frames.schemas`."""
    return {"$ref": f"#/components/schemas/{component}"}


def text(description: str) -> Schema:
    """Return the schema of a string."""
    return {"type": "string", "description": description}


def _accept(name: str, value: object) -> None:
    """Accept any value: the handler reads it as text, or the server wrote it."""


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise invalid([FieldError(name, "invalid", _("This must be a short text."))])


def _check_size(most: int, name: str, value: object) -> None:
    if len(orjson.dumps(value)) > most:
        raise invalid([FieldError(name, "too_large", _("This is too large."))])


def _check_metadata(name: str, value: object) -> None:
    _check_size(MOST_METADATA, name, value)
    if value is not None and not isinstance(value, Mapping):
        raise invalid([FieldError(name, "invalid", _("This must be an object."))])


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a frame; `check` raises Problem 400 for a value that a client may not send."""

    schema: Schema
    is_required: bool = True
    check: Callable[[str, object], None] = _accept


def json_up_to(most: int) -> Member:
    """Return an optional member that takes any JSON of at most `most` bytes."""
    schema: Schema = {"description": f"Any JSON of at most {most // 1024} kB."}
    return Member(schema, is_required=False, check=partial(_check_size, most))


def optional(member: Member) -> Member:
    """Return the same member for frames that may leave it out."""
    return replace(member, is_required=False)


REF = Member(ref("Ref"))
ANSWERED_REF = Member(ref("AnsweredRef"))
TOPIC = Member(ref("Topic"))
CURSOR = Member(ref("Cursor"))
ROOM = Member(ref("Room"), check=_check_text)
SHORT_TEXT = Member(ref("ShortText"), check=_check_text)
METADATA = Member(ref("Metadata"), is_required=False, check=_check_metadata)
PEER = Member(ref("Peer"))
ERROR_CODE = Member(ref("ErrorCode"))
ANY_JSON = Member({"description": "Any JSON."})
