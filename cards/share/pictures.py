"""The pictures that cards are shared by: each made once, named by all that it shows, and kept."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from files.pictures.executor import PictureExecutor, new_executor, too_many_pictures
from files.transforms.variants import Recipe, original_of, variant_by
from resources.api import ANONYMOUS, is_visible, registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cards.models import Card
    from files.models import File, Variant
    from resources.api import JsonObject

DRAWN_AS = 2
"""Raised whenever cards are drawn otherwise: all pictures are then made anew."""
PROCESSES, WAITING = 1, 2
SHIMMER = ("preset", "intensity", "glare", "angle", "colours")
FINGERPRINT_LENGTH = 22
SIZE = (1200, 630)
CONTENT_TYPE = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Shared:
    """A card as its share picture shows it: its front, mask and foil texture, and `CardDetails`."""

    front: File
    layers: tuple[File | None, File | None]
    shown: JsonObject

    @property
    def fingerprint(self) -> str:
        """Return what names the picture: another one when anything that it shows is another."""
        files = [file and (file.digest or file.key) for file in (self.front, *self.layers)]
        words = orjson.dumps([DRAWN_AS, files, self.shown], option=orjson.OPT_SORT_KEYS)
        return urlsafe_b64encode(sha256(words).digest()).decode()[:FINGERPRINT_LENGTH]


def shared(card: Card) -> Shared | None:
    """Return what the share picture of a card shows, None for a card without a front."""
    if card.front is None or not card.front.width:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        name = creator_name(card)
        shown = {
            "title": card.title,
            "creator": _("by %(name)s") % {"name": name} if name else "",
            "rarity": card.rarity,
            "rarity_label": str(card.get_rarity_display()).capitalize(),
            "site": urlsplit(settings.SITE_URL or settings.PUBLIC_URL).netloc,
            "slots": " · ".join(slot_texts(card)),
            "shimmer": {key: card.effects[key] for key in SHIMMER if key in card.effects},
        }
    return Shared(card.front, (card.mask, card.foil), shown)


def slot_texts(card: Card) -> Sequence[str]:
    """Return what fills the slots of a card's template, but for what is its title anyway."""
    filled: JsonObject = card.slots
    texts = [str(value) for value in filled.values() if type(value) in (str, int, float)]
    return [text for text in texts if text.strip() and text != card.title]


def creator_name(card: Card) -> str:
    """Return what a card's creator is called, nothing where not everyone may see who it is."""
    creator = card.creator
    is_shown = is_visible(registry.resource_of(type(creator)), ANONYMOUS, creator.pk)
    return (creator.display_name or creator.username) if is_shown else ""


def share_picture(card: Shared) -> Variant:
    """Return a card's share picture, made now if it is not there; a variant of its front.

    Raises Problem 404 when the front goes meanwhile, 503 when too many are being made.
    """
    places = _places()
    if not places.acquire(blocking=False):
        raise too_many_pictures()
    try:
        return variant_by(_recipe(card), card.front)
    finally:
        places.release()


def _recipe(card: Shared) -> Recipe:
    def make(front: File, seconds: float) -> bytes:
        parts = [_bytes_of(layer) for layer in (front, *card.layers)]
        details = {"shown": card.shown, "layers": [len(part) for part in parts]}
        question = {"composition": details}
        return _executor().ask(BytesIO(b"".join(parts)), question, seconds)

    return Recipe(f"share-{card.fingerprint}.jpg", CONTENT_TYPE, make)


def _bytes_of(file: File | None) -> bytes:
    if not file or not file.width:
        return b""
    with original_of(file) as stored:
        return stored.read()


@cache
def _places() -> BoundedSemaphore:
    return BoundedSemaphore(PROCESSES + WAITING)


@cache
def _executor() -> PictureExecutor:
    return new_executor(PROCESSES, WAITING, "cards.share.process")
