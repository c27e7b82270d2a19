"""How the surface of a card shimmers, seen at one angle: what is laid over its front.

Knows Pillow and nothing of ours. The same for the same arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageEnhance, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

type Size = tuple[int, int]

SEED = 7
RAINBOW = ("#ff4d6d", "#ffd166", "#6dff9c", "#4dd8ff", "#7a6dff", "#ff6df2")
SILVER = ("#5a6472", "#f4f8ff", "#8d97a8", "#ffffff", "#74808f")
PASTEL = ("#ffd6e8", "#fff3c9", "#d2ffe4", "#cdefff", "#ded4ff", "#ffd6fb")
NEBULA = ("#0a0f3c", "#2c2a8c", "#6a3fd0", "#c46bff", "#ff8fd8", "#7fd4ff")
GOLD = ("#8a5200", "#ffdf70", "#c98a12", "#fff4c4", "#b06f08")


@dataclass(frozen=True, slots=True)
class Shimmer:
    """How a surface shimmers: a preset, from 0 to 1 how much, its angle in degrees, its colours."""

    preset: str = "none"
    intensity: float = 0.7
    glare: float = 0.5
    angle: float = 0.0
    colours: Sequence[str] = ()


def shimmering(front: Image.Image, shimmer: Shimmer, mask: Image.Image | None) -> Image.Image:
    """Return a card's front (RGB) with its surface; `mask` (L) says where there is foil."""
    surface = SURFACES.get(shimmer.preset)
    if surface:
        shown = surface(front, shimmer)
        area = _area(front.size, shimmer.preset, mask)
        amount = area.point(lambda value: value * shimmer.intensity)
        front = Image.composite(shown, front, amount)
    return _glaring(front, shimmer.glare)


def _holo(front: Image.Image, shimmer: Shimmer) -> Image.Image:
    bands = _bands(front.size, shimmer.angle + 20, 3)
    light = _gradient(bands, shimmer.colours or RAINBOW)
    lines = _bands(front.size, shimmer.angle + 90, 60).point(lambda value: 150 + value * 0.4)
    light = ImageChops.multiply(light, Image.merge("RGB", [lines] * 3))
    return ImageChops.overlay(_lit(front, light, 0.45), _softened(light, 0.55))


def _reverse(front: Image.Image, shimmer: Shimmer) -> Image.Image:
    bands = _bands(front.size, shimmer.angle + 55, 5)
    light = _gradient(bands, shimmer.colours or SILVER)
    tint = _gradient(_bands(front.size, shimmer.angle + 125, 2), RAINBOW)
    light = Image.blend(light, tint, 0.3)
    return ImageChops.overlay(_lit(front, light, 0.5), light)


def _cosmos(front: Image.Image, shimmer: Shimmer) -> Image.Image:
    colours = shimmer.colours or RAINBOW
    chance, bubbles = Random(SEED), Image.new("L", front.size)
    draw = ImageDraw.Draw(bubbles)
    for _each in range(170):
        radius = chance.choice((2, 3, 5, 9, 14, 22, 34)) * front.width / 700
        x, y = chance.randrange(front.width), chance.randrange(front.height)
        box = (x - radius, y - radius, x + radius, y + radius)
        brightness = chance.randrange(110, 256)
        if radius > 8 and chance.random() < 0.6:
            draw.ellipse(box, outline=brightness, width=max(2, round(radius / 5)))
        else:
            draw.ellipse(box, fill=brightness)
    light = _gradient(_bands(front.size, shimmer.angle + 35, 4), colours)
    bright = ImageChops.multiply(light, Image.merge("RGB", [bubbles] * 3))
    glow = bright.filter(ImageFilter.GaussianBlur(front.width / 60))
    shown = ImageChops.overlay(front, _softened(light, 0.4))
    return ImageChops.screen(ImageChops.screen(shown, glow), bright)


def _galaxy(front: Image.Image, shimmer: Shimmer) -> Image.Image:
    clouds = _clouds(front.size)
    light = _gradient(clouds, shimmer.colours or NEBULA, rounds=False)
    shown = ImageChops.overlay(_lit(front, light, 0.6), _softened(light, 0.8))
    return ImageChops.screen(shown, _stars(front.size, 260))


def _rainbow(front: Image.Image, shimmer: Shimmer) -> Image.Image:
    light = _gradient(_bands(front.size, shimmer.angle + 30, 1), shimmer.colours or RAINBOW)
    pale = _gradient(_bands(front.size, shimmer.angle + 30, 1), shimmer.colours or PASTEL)
    grey = ImageEnhance.Color(front).enhance(0.35)
    shown = ImageChops.overlay(_lit(grey, pale, 0.35), light)
    glitter = _noise(front.size, 2).point(lambda value: max(0, value - 232) * 9)
    return ImageChops.screen(shown, ImageChops.multiply(pale, Image.merge("RGB", [glitter] * 3)))


def _gold(front: Image.Image, shimmer: Shimmer) -> Image.Image:
    brightness = ImageEnhance.Contrast(front.convert("L")).enhance(1.15)
    metal = _gradient(brightness, ("#3a2000", "#a86a08", "#ffc83d", "#fff4c4"), rounds=False)
    sheen = _gradient(_bands(front.size, shimmer.angle + 40, 3), shimmer.colours or GOLD)
    etched = _bands(front.size, shimmer.angle + 135, 90).point(lambda value: 190 + value // 4)
    shown = ImageChops.overlay(Image.blend(front, metal, 0.9), _softened(sheen, 0.8))
    shown = _lit(shown, sheen, 0.25)
    return ImageChops.multiply(shown, Image.merge("RGB", [etched] * 3))


def _radiant(front: Image.Image, shimmer: Shimmer) -> Image.Image:
    one = _bands(front.size, shimmer.angle + 45, 16)
    other = _bands(front.size, shimmer.angle + 135, 16)
    lattice = ImageChops.lighter(*(each.point(_thin) for each in (one, other)))
    light = _gradient(_bands(front.size, shimmer.angle + 70, 2), shimmer.colours or RAINBOW)
    bright = ImageChops.multiply(light, Image.merge("RGB", [lattice] * 3))
    shown = ImageChops.overlay(_lit(front, light, 0.35), _softened(light, 0.45))
    return ImageChops.screen(shown, bright)


SURFACES: Mapping[str, Callable[[Image.Image, Shimmer], Image.Image]] = {
    "holo": _holo,
    "reverse": _reverse,
    "cosmos": _cosmos,
    "galaxy": _galaxy,
    "rainbow": _rainbow,
    "gold": _gold,
    "radiant": _radiant,
}


def _area(size: Size, preset: str, mask: Image.Image | None) -> Image.Image:
    """Return where there is foil: the mask, or all; of a reverse card all but the picture."""
    if mask is not None:
        return mask.resize(size)
    area = Image.new("L", size, 255)
    if preset == "reverse":
        width, height = size
        window = (width * 0.09, height * 0.11, width * 0.91, height * 0.54)
        ImageDraw.Draw(area).rounded_rectangle(window, width / 40, fill=20)
        area = area.filter(ImageFilter.GaussianBlur(width / 90))
    return area


def _glaring(front: Image.Image, amount: float) -> Image.Image:
    """Lay the reflection of a lamp over a card, from the upper left."""
    width, height = front.size
    spot = ImageChops.invert(Image.radial_gradient("L")).resize((width * 2, height * 2))
    glare = spot.crop((width * 3 // 5, height * 4 // 5, width * 8 // 5, height * 9 // 5))
    glare = glare.point(lambda value: (value / 255) ** 2 * 190 * amount)
    return ImageChops.screen(front, Image.merge("RGB", [glare] * 3))


def _bands(size: Size, angle: float, times: int) -> Image.Image:
    """Return bands of grey, each from black to white, so many across the picture."""
    edge = round((size[0] ** 2 + size[1] ** 2) ** 0.5) + 2
    row = Image.frombytes("L", (1, 256), bytes(range(256)))
    strip = Image.new("L", (1, 256 * times))
    for place in range(times):
        strip.paste(row, (0, 256 * place))
    bands = strip.resize((edge, edge), Image.Resampling.BOX).rotate(angle)
    left, top = (edge - size[0]) // 2, (edge - size[1]) // 2
    return bands.crop((left, top, left + size[0], top + size[1]))


def _gradient(grey: Image.Image, colours: Sequence[str], *, rounds: bool = True) -> Image.Image:
    """Colour grey by steps between colours; with `rounds` white is the first one again."""
    stops = [ImageColor.getrgb(colour)[:3] for colour in colours]
    if rounds or len(stops) == 1:
        stops.append(stops[0])
    parts = len(stops) - 1
    tables = [
        [
            round(
                stops[value * parts // 256][channel] * (1 - value * parts % 256 / 256)
                + stops[value * parts // 256 + 1][channel] * (value * parts % 256 / 256)
            )
            for value in range(256)
        ]
        for channel in range(3)
    ]
    return Image.merge("RGB", [grey.point(table) for table in tables])


def _lit(front: Image.Image, light: Image.Image, amount: float) -> Image.Image:
    return Image.blend(front, ImageChops.screen(front, light), amount)


def _softened(light: Image.Image, amount: float) -> Image.Image:
    """Return light that changes less: overlaid, grey changes nothing."""
    return Image.blend(Image.new("RGB", light.size, (128, 128, 128)), light, amount)


def _thin(value: int) -> int:
    """Leave of a band a thin bright line."""
    return max(0, 255 - abs(value - 128) * 9)


def _noise(size: Size, coarseness: int) -> Image.Image:
    width, height = size[0] // coarseness + 1, size[1] // coarseness + 1
    noise = Image.frombytes("L", (width, height), Random(SEED).randbytes(width * height))
    return noise.resize(size, Image.Resampling.BICUBIC)


def _clouds(size: Size) -> Image.Image:
    """Return clouds: noise of three sizes, one over the other."""
    chance, clouds = Random(SEED), Image.new("L", size, 128)
    for cells, amount in ((3, 0.8), (5, 0.35), (9, 0.2)):
        few = Image.frombytes("L", (cells, cells), chance.randbytes(cells * cells))
        clouds = Image.blend(clouds, few.resize(size, Image.Resampling.BICUBIC), amount)
    return clouds


def _stars(size: Size, count: int) -> Image.Image:
    chance, stars = Random(SEED), Image.new("RGB", size)
    draw = ImageDraw.Draw(stars)
    for _each in range(count):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        radius = chance.choice((1, 1, 1, 2, 2, 3)) * size[0] / 700
        tone = chance.randrange(150, 256)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(tone, tone, 255))
    return ImageChops.screen(stars, stars.filter(ImageFilter.GaussianBlur(size[0] / 160)))
