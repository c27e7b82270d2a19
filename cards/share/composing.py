"""A card as the picture that it is shared by: 1200 by 630 pixels, the size Open Graph pages have.

Knows Pillow and nothing of ours; runs in a process that decodes pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from itertools import accumulate
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from cards.share.lettering import drawable, fitted, write
from cards.share.surfaces import Shimmer, shimmering
from files.pictures.codec_errors import understood
from files.pictures.formats import FORMATS
from files.pictures.picture import MOST_PIXELS, PictureError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resources.api import JsonObject

SIZE = (1200, 630)
CARD_BOX = (430, 540)
CENTRE = (300, 315)
FINER = 2
"""How much larger a card is drawn than it is shown, so that it can be turned without steps."""
FINER_BOX = (CARD_BOX[0] * FINER, CARD_BOX[1] * FINER)
TURN = 4.0
TEXT_LEFT, TEXT_WIDTH = 590, 550
TITLE_SIZES, TITLE_LINES = range(72, 40, -4), 3
SLOT_LINES = 3
QUALITY = 88
RARITIES: Mapping[str, str] = {
    "common": "#c3c7cf",
    "uncommon": "#7fe0a1",
    "rare": "#79b4ff",
    "epic": "#cf8bff",
    "legendary": "#ffcf5c",
    "mythic": "#ff7b7b",
}


@dataclass(frozen=True, slots=True)
class CardDetails:
    """What a share picture says of a card, in the reader's words."""

    title: str
    creator: str
    rarity: str
    rarity_label: str
    site: str
    slots: str = ""
    shimmer: JsonObject = field(default_factory=dict)


class Composition:
    """A share picture to be made; `pixels` is how many its layers have, by their headers.

    `layers` are the lengths of the card's pictures in `content`: front, mask, foil texture; 0 for
    one that the card hasn't.
    """

    def __init__(self, content: bytes, shown: CardDetails, layers: Sequence[int]) -> None:
        self.shown = shown
        ends = list(accumulate(layers))
        parts = [content[end - length : end] for end, length in zip(ends, layers, strict=True)]
        with understood():
            self.front = _opened(parts[0])
            self.mask, self.foil = (_opened(part) if part else None for part in parts[1:])
        opened = [layer for layer in (self.front, self.mask, self.foil) if layer]
        self.pixels = sum(layer.width * layer.height for layer in opened) + SIZE[0] * SIZE[1]
        if self.pixels > MOST_PIXELS:
            raise PictureError("too_many_pixels")

    def rendered(self) -> bytes:
        """Return the picture as JPEG; raises PictureError."""
        with understood():
            card = _decoded(self.front)
            picture = _backdrop(card)
            _lay(picture, self._surface(card))
            self._write(picture)
            file = BytesIO()
            picture.save(file, "JPEG", quality=QUALITY, optimize=True)
        return file.getvalue()

    def _surface(self, card: Image.Image) -> Image.Image:
        """Return the card with its shimmer and round corners, larger than it is shown."""
        front = ImageOps.contain(card, FINER_BOX)
        mask, foil = _grey(self.mask), _grey(self.foil)
        on = Image.new("RGB", front.size, "white")
        on.paste(front, mask=front.getchannel("A"))
        if foil:
            texture = foil.resize(on.size)
            grain = texture.point(lambda value: 120 + value * 135 // 255)
            mask = (
                grain
                if mask is None
                else Image.composite(grain, Image.new("L", on.size), mask.resize(on.size))
            )
        surface = shimmering(on, Shimmer(**self.shown.shimmer), mask)
        surface.putalpha(_rounded(front))
        return surface

    def _write(self, picture: Image.Image) -> None:
        shown, draw = self.shown, ImageDraw.Draw(picture)
        size, lines = fitted(drawable(shown.title), TITLE_SIZES, TEXT_WIDTH, TITLE_LINES)
        line_height = round(size * 1.25)
        top = 275 - line_height * len(lines) // 2
        colour = RARITIES.get(shown.rarity, "#ffffff")
        write(draw, (TEXT_LEFT, top - 52), shown.rarity_label, 30, colour)
        for number, line in enumerate(lines):
            write(draw, (TEXT_LEFT, top + number * line_height), line, size, "#ffffff")
        below = top + line_height * len(lines) + 24
        _size, (creator, *_rest) = fitted(drawable(shown.creator), range(34, 30, -4), TEXT_WIDTH, 1)
        write(draw, (TEXT_LEFT, below), creator, 34, "#d9dde6")
        if drawable(shown.slots):
            size, lines = fitted(drawable(shown.slots), range(26, 24, -2), TEXT_WIDTH, SLOT_LINES)
            for number, line in enumerate(lines):
                place = (TEXT_LEFT, below + 54 + number * round(size * 1.25))
                write(draw, place, line, size, "#c3c7cf")
        write(draw, (TEXT_LEFT, SIZE[1] - 76), drawable(shown.site), 24, "#9aa3b2")


def _opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content), formats=tuple(FORMATS))
    if image.format == "JPEG":
        image.draft(None, FINER_BOX)
    return image


def _decoded(image: Image.Image) -> Image.Image:
    """Return the first frame of a picture, no larger than it is needed, with transparency."""
    image.load()
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.width > FINER_BOX[0] or image.height > FINER_BOX[1]:
        image = ImageOps.contain(image, FINER_BOX)
    return image.convert("RGBA")


def _grey(image: Image.Image | None) -> Image.Image | None:
    """Return a mask or texture: its brightness, nothing where it is transparent."""
    if image is None:
        return None
    clear = _decoded(image)
    return Image.composite(clear.convert("L"), Image.new("L", clear.size), clear.getchannel("A"))


def _backdrop(card: Image.Image) -> Image.Image:
    """Return what is behind the card: its own colours, out of focus and dark."""
    backdrop = Image.new("RGB", SIZE, "#171a22")
    few = ImageOps.fit(card.convert("RGB"), (60, 32)).filter(ImageFilter.GaussianBlur(3))
    far = few.resize(SIZE, Image.Resampling.BICUBIC)
    backdrop = Image.blend(backdrop, ImageEnhance.Color(far).enhance(1.2), 0.42)
    shade = Image.linear_gradient("L").rotate(90).resize(SIZE)
    return Image.composite(
        Image.new("RGB", SIZE, "#0b0d12"), backdrop, shade.point(lambda v: v // 2)
    )


def _rounded(front: Image.Image) -> Image.Image:
    """Return where a card is: its picture, with round corners."""
    corners = Image.new("L", front.size)
    box = (0, 0, front.width - 1, front.height - 1)
    ImageDraw.Draw(corners).rounded_rectangle(box, front.width * 0.045, fill=255)
    return Image.composite(front.getchannel("A"), Image.new("L", front.size), corners)


def _lay(picture: Image.Image, surface: Image.Image) -> None:
    """Lay a card on the picture, turned a little, with its shadow."""
    turned = surface.rotate(TURN, Image.Resampling.BICUBIC, expand=True)
    small = turned.resize((turned.width // FINER, turned.height // FINER), Image.Resampling.LANCZOS)
    left, top = CENTRE[0] - small.width // 2, CENTRE[1] - small.height // 2
    shadow = Image.new("L", SIZE)
    shadow.paste(small.getchannel("A"), (left + 10, top + 18))
    shadow = shadow.filter(ImageFilter.GaussianBlur(18)).point(lambda value: value * 3 // 4)
    picture.paste("#000000", mask=shadow)
    picture.paste(small, (left, top), small)
