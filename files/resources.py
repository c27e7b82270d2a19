"""How files appear in records, and how they are sent."""

from collections.abc import Mapping

from django.db.models import F, Func, TextField, Value

from files.access.signatures import MARK, plain_address
from files.inputs import FileInput
from files.models import File
from files.tasks import hear
from files.transforms.srcset import variants
from resources.api import AddressStarts, accept_as, changes, embed


def file_members(address_start: str) -> Mapping[str, object]:
    """Return what a record shows of a file."""
    # Neither is ever null, for which `Concat` would look.
    address = Func(
        Value(address_start, TextField()),
        F("key"),
        template="(%(expressions)s)",
        arg_joiner=" || ",
        output_field=TextField(),
    )
    return {
        "id": F("id"),
        "url": address,
        "content_type": F("content_type"),
        "size": F("size"),
        "width": F("width"),
        "height": F("height"),
        "blurhash": F("blurhash"),
        "variants": variants(address),
    }


def address_starts() -> AddressStarts:
    """Return what the addresses of files start with in records."""
    return AddressStarts(plain=plain_address(""), marked=MARK)


SCHEMAS: Mapping[str, Mapping[str, object]] = {
    "id": {"type": "string", "format": "uuid"},
    "url": {"type": "string", "format": "uri-reference"},
    "content_type": {"type": "string"},
    "size": {"type": "integer", "description": "bytes"},
    "width": {"type": ["integer", "null"], "description": "pixels; null for what is no picture"},
    "height": {"type": ["integer", "null"]},
    "blurhash": {"type": "string"},
    "variants": {
        "type": "object",
        "required": ["srcset"],
        "properties": {
            "srcset": {"type": "string", "description": "narrower variants, for `<img srcset>`"}
        },
    },
}
embed(File, file_members, address_starts, SCHEMAS)
accept_as(File, FileInput)
changes.committed.connect(hear)
