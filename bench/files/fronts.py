"""The cards with fronts that benchmarks of pictures run over."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from bench import rows
from cards.models import Card
from files.keys import PICTURES, key_of
from files.models import File
from files.pictures.previews import preview_of
from files.storage import set_up_storage
from files.transforms.variants import keep_preview
from resources.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from resources.json_text import JsonObject


def fill(pictures: Sequence[Path]) -> JsonObject:
    """Create a public card for each picture, its front; tell what `rows.fill` tells, and `keys`."""
    made = rows.fill(len(pictures))
    set_up_storage()
    keys = []
    for card_id, path in zip(made["cards"], pictures, strict=True):
        file = _stored(path)
        Card.objects.filter(pk=card_id).update(front=file)
        keys.append(file.key)
    return {**made, "keys": keys}


def _stored(path: Path) -> File:
    content, file_id = path.read_bytes(), new_id()
    digest = sha256(content).hexdigest()
    key = key_of(PICTURES, digest, file_id, "png")
    default_storage.save(key, ContentFile(content))
    with Image.open(path) as picture:
        width, height = picture.size
        preview = preview_of(picture)
    file = File.objects.create(
        pk=file_id,
        key=key,
        digest=digest,
        content_type="image/png",
        size=len(content),
        width=width,
        height=height,
    )
    keep_preview(file, preview)
    return file
