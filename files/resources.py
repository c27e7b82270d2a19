"""How files appear in records, and how they are sent."""

from collections.abc import Mapping

from django.db.models import F, TextField, Value
from django.db.models.functions import Concat

from files.access.signatures import MARK, plain_address
from files.inputs import FileInput
from files.models import File
from files.tasks import hear
from resources.api import AddressStarts, accept_as, changes, embed


def file_members(address_start: str) -> Mapping[str, object]:
    """Return what a record shows of a file."""
    return {
        "id": F("id"),
        "url": Concat(Value(address_start), F("key"), output_field=TextField()),
        "content_type": F("content_type"),
        "size": F("size"),
        "width": F("width"),
        "height": F("height"),
        "blurhash": F("blurhash"),
    }


def address_starts() -> AddressStarts:
    """Return what the addresses of files start with in records."""
    return AddressStarts(plain=plain_address(""), marked=MARK)


embed(File, file_members, address_starts)
accept_as(File, FileInput)
changes.committed.connect(hear)
