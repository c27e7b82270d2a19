"""Text of members in a picture: in a font that ships, cut to its place.

Knows Pillow and nothing of ours.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PIL import ImageFont
from pylopdf_fonts_ko import sans_path

if TYPE_CHECKING:
    from PIL import ImageDraw

TOFU = "\uffff"
"""What is in no font: it looks as every other character that isn't."""


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return Noto Sans KR, which has Korean, Japanese, Latin, Greek and Cyrillic."""
    return ImageFont.truetype(sans_path(), size)


def drawable(text: str) -> str:
    """Return a text without what the font would draw as a box, such as emoji."""
    return " ".join("".join(each for each in text if each.isspace() or _is_drawn(each)).split())


@cache
def _box() -> bytes:
    return bytes(font(20).getmask(TOFU))


def _is_drawn(character: str) -> bool:
    return bytes(font(20).getmask(character)) != _box()


def lines_of(text: str, size: int, width: int, most: int) -> list[str] | None:
    """Return a text in lines of so many pixels at most, None if it takes more than `most`."""
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, size, width):
            longer = f"{lines[-1]} {piece}".strip()
            if _width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines if len(lines) <= most else None


def fitted(text: str, sizes: range, width: int, most: int) -> tuple[int, list[str]]:
    """Return the largest size at which a text fits, and its lines; the last one may be cut."""
    for size in sizes:
        lines = lines_of(text, size, width, most)
        if lines is not None:
            return size, lines
    smallest = sizes[-1]
    lines = lines_of(text, smallest, width, len(text) + 1) or [""]
    last = lines[most - 1]
    while last and _width(f"{last}…", smallest) > width:
        last = last[:-1]
    return smallest, [*lines[: most - 1], f"{last.rstrip()}…"]


def write(
    draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, colour: str
) -> None:
    """Write a line, its top left corner at a place; large ones are bold."""
    stroke = size / 40 if size > 40 else 0
    draw.text(place, text, fill=colour, font=font(size), stroke_width=stroke, stroke_fill=colour)


def _pieces(word: str, size: int, width: int) -> list[str]:
    """Return a word in pieces that fit into a line."""
    pieces = [""]
    for character in word:
        if _width(pieces[-1] + character, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _width(text: str, size: int) -> float:
    return font(size).getlength(text)
