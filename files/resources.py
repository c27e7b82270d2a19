"""How files appear in records, and how they are sent."""

from collections.abc import Mapping

from django.conf import settings
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat

from files.inputs import PictureInput
from files.models import File
from files.tasks import hear
from resources.api import accept_as, changes, embed


def file_members() -> Mapping[str, object]:
    """Return what a record shows of a file."""
    return {
        "id": F("id"),
        "url": Concat(Value(settings.FILES_URL), F("key"), output_field=TextField()),
        "content_type": F("content_type"),
        "size": F("size"),
        "width": F("width"),
        "height": F("height"),
        "blurhash": F("blurhash"),
    }


embed(File, file_members)
accept_as(File, PictureInput)
changes.committed.connect(hear)
