"""Card pictures drawn by program: a sky, a landscape, a creature's silhouette, a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 360, 504
FRAME = 14
HORIZON = 330

type Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """The colours of an element."""

    sky: Colour
    glow: Colour
    ground: Colour
    accent: Colour


PALETTES = {
    "fire": Palette((64, 12, 28), (255, 140, 60), (42, 16, 18), (255, 214, 120)),
    "water": Palette((10, 30, 74), (70, 190, 235), (8, 22, 48), (190, 240, 255)),
    "earth": Palette((44, 34, 20), (206, 164, 86), (28, 34, 18), (236, 222, 160)),
    "air": Palette((86, 110, 160), (232, 236, 250), (60, 74, 110), (255, 255, 255)),
    "light": Palette((120, 84, 30), (255, 236, 170), (84, 58, 30), (255, 250, 220)),
    "dark": Palette((12, 8, 26), (124, 66, 190), (8, 6, 16), (208, 150, 255)),
    "nature": Palette((14, 50, 36), (126, 214, 120), (8, 30, 20), (220, 255, 180)),
    "frost": Palette((24, 46, 70), (168, 224, 240), (30, 52, 74), (240, 252, 255)),
}
FRAMES = {
    "common": (150, 150, 156),
    "uncommon": (96, 164, 120),
    "rare": (84, 132, 214),
    "epic": (162, 92, 214),
    "legendary": (222, 170, 66),
    "mythic": (224, 84, 84),
}


def card_front(element: str, rarity: str, seed: int) -> bytes:
    """Draw a card's front, 360 x 504 pixels. Return PNG bytes, the same for the same arguments."""
    chance = Random(seed)
    palette = PALETTES[element]
    picture = _sky(palette)
    _draw_stars(picture, palette, chance)
    _draw_moon(picture, palette, chance)
    for depth in range(3):
        _draw_hills(picture, palette, depth, chance)
    _draw_creature(picture, palette, chance)
    _draw_frame(picture, FRAMES[rarity])
    return _png(picture)


def foil_texture(seed: int) -> bytes:
    """Draw a foil texture: crossing bands of light, in grey. Return PNG bytes."""
    chance = Random(seed)
    angle, width = chance.uniform(0.3, 1.2), chance.uniform(9, 22)
    texture = Image.new("L", (WIDTH // 2, HEIGHT // 2))
    texture.putdata(
        [
            int(127 + 64 * math.sin((x + y * angle) / width) + 64 * math.sin((x * angle - y) / 17))
            for y in range(HEIGHT // 2)
            for x in range(WIDTH // 2)
        ]
    )
    return _png(texture)


def avatar(element: str, seed: int) -> bytes:
    """Draw a member's avatar, 128 x 128 pixels. Return PNG bytes."""
    palette = PALETTES[element]
    picture = _sky(palette).resize((128, 128))
    pen = ImageDraw.Draw(picture)
    spread = 20 + seed % 12
    pen.ellipse((64 - spread, 26, 64 + spread, 26 + 2 * spread), fill=palette.accent)
    pen.pieslice((18, 74, 110, 190), 180, 360, fill=palette.ground)
    return _png(picture)


def _sky(palette: Palette) -> Image.Image:
    gradient = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    upper = Image.new("RGB", (WIDTH, HEIGHT), palette.sky)
    lower = Image.new("RGB", (WIDTH, HEIGHT), palette.glow)
    return Image.composite(lower, upper, gradient)


def _draw_stars(picture: Image.Image, palette: Palette, chance: Random) -> None:
    pen = ImageDraw.Draw(picture)
    for _star in range(60):
        x, y = chance.randrange(WIDTH), chance.randrange(HORIZON)
        size = chance.choice((0, 0, 1))
        pen.ellipse((x, y, x + size, y + size), fill=palette.accent)


def _draw_moon(picture: Image.Image, palette: Palette, chance: Random) -> None:
    x, y, radius = chance.randrange(70, 290), chance.randrange(70, 150), chance.randrange(24, 52)
    halo = Image.new("L", picture.size)
    ImageDraw.Draw(halo).ellipse(
        (x - 2 * radius, y - 2 * radius, x + 2 * radius, y + 2 * radius), fill=110
    )
    halo = halo.filter(ImageFilter.GaussianBlur(radius / 2))
    picture.paste(Image.new("RGB", picture.size, palette.accent), mask=halo)
    ImageDraw.Draw(picture).ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill=palette.accent
    )


def _draw_hills(picture: Image.Image, palette: Palette, depth: int, chance: Random) -> None:
    """Draw one ridge; nearer ones are lower and darker."""
    base = HORIZON + depth * 46
    phase, length = chance.uniform(0, 6), chance.uniform(38, 80)
    share = (depth + 1) / 3
    near, far = palette.ground, palette.sky
    colour = tuple(int(n * share + f * (1 - share)) for n, f in zip(near, far, strict=True))
    ridge = [
        (x, base - 26 * math.sin(x / length + phase) - 12 * math.sin(x / 17 + phase * 2))
        for x in range(0, WIDTH + 6, 6)
    ]
    ImageDraw.Draw(picture).polygon([(0, HEIGHT), *ridge, (WIDTH, HEIGHT)], fill=colour)


def _draw_creature(picture: Image.Image, palette: Palette, chance: Random) -> None:
    """Draw a winged silhouette, the same on both sides of its middle."""
    middle, top = WIDTH // 2, 170 + chance.randrange(40)
    span, drop = chance.randrange(80, 140), chance.randrange(40, 110)
    wing = [
        (18, 30),
        (span * 0.5, -chance.randrange(20, 70)),
        (span, chance.randrange(-30, 20)),
        (span * 0.72, drop * 0.45),
        (span * 0.45, drop * 0.5),
        (20, drop),
    ]
    body = [(0, -26), (13, -6), (16, 40), (10, 92), (0, 150)]
    outline = Image.new("L", picture.size)
    pen = ImageDraw.Draw(outline)
    for side in (-1, 1):
        for shape in (wing, body):
            points = [(middle + side * x, top + y) for x, y in shape]
            pen.polygon([*points, (middle, top + 20)], fill=255)
    glow = outline.filter(ImageFilter.GaussianBlur(9))
    picture.paste(Image.new("RGB", picture.size, palette.accent), mask=glow)
    picture.paste(Image.new("RGB", picture.size, palette.ground), mask=outline)
    eyes = ImageDraw.Draw(picture)
    for side in (-1, 1):
        x = middle + side * 5
        eyes.ellipse((x - 2, top - 10, x + 2, top - 6), fill=palette.accent)


def _draw_frame(picture: Image.Image, colour: Colour) -> None:
    pen = ImageDraw.Draw(picture)
    for inset in range(FRAME):
        shade = 0.55 + 0.45 * math.sin(math.pi * inset / FRAME)
        tone = tuple(int(part * shade) for part in colour)
        box = (inset, inset, WIDTH - 1 - inset, HEIGHT - 1 - inset)
        pen.rounded_rectangle(box, radius=24 - inset, outline=tone, width=2)


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return file.getvalue()
