"""Colour profiles for pictures of the tests."""

from __future__ import annotations

from itertools import product
from math import prod
from struct import pack

from PIL import ImageCms

from files.pictures.profiles import D65, ColourSpace, of_code_points

# Lightness, a and b of inks on paper, one over the other (as of a press, roughly).
PAPER, BLACK = (93.0, 0.0, -3.0), (16.0, 0.0, 0.0)
GRID = 9
INKS = {
    (0, 0, 0): PAPER,
    (1, 0, 0): (55.0, -37.0, -50.0),
    (0, 1, 0): (48.0, 74.0, -3.0),
    (0, 0, 1): (89.0, -5.0, 93.0),
    (1, 1, 0): (24.0, 22.0, -46.0),
    (1, 0, 1): (50.0, -68.0, 27.0),
    (0, 1, 1): (47.0, 68.0, 48.0),
    (1, 1, 1): (23.0, 0.0, 0.0),
}


def srgb() -> bytes:
    """Return the profile of sRGB as littleCMS writes it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def display_p3() -> bytes:
    """Return the profile of what phones send."""
    space = of_code_points(12, 13)
    assert space
    return space.profile()


def adobe_rgb() -> bytes:
    """Return the profile of Adobe RGB (1998)."""
    green = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
    return ColourSpace(green, D65, [563 / 256]).profile()


def wide_gamut() -> bytes:
    """Return a profile as wide as ProPhoto's, with its white and gamma."""
    wide = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
    return ColourSpace(wide, (0.3457, 0.3585), [1.8]).profile()


def grey(gamma: float) -> bytes:
    """Return a profile of grey."""
    curve = b"curv\0\0\0\0" + pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return _profile(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": curve})


def press() -> bytes:
    """Return a profile of four inks: a table of what they look like together (ICC.1, 10.10)."""
    nodes = bytearray()
    for amounts in product(range(GRID), repeat=4):
        lightness, a, b = _printed([amount / (GRID - 1) for amount in amounts])
        nodes += bytes([round(lightness * 2.55), round(a + 128), round(b + 128)])
    matrix = pack(">9i", *(65536 * (place in (0, 4, 8)) for place in range(9)))
    table = b"mft1\0\0\0\0" + bytes([4, 3, GRID, 0]) + matrix
    table += bytes(range(256)) * 4 + nodes + bytes(range(256)) * 3
    return _profile(b"CMYK", b"Lab ", b"prtr", {b"A2B0": table})


def _printed(amounts: list[float]) -> list[float]:
    """Return the colour of inks, the mean of their solid overprints by the areas these take."""
    *inks, black = amounts
    colour = [black * value for value in BLACK]
    for solid, lab in INKS.items():
        area = prod(ink if on else 1 - ink for on, ink in zip(solid, inks, strict=True))
        colour = [
            have + (1 - black) * area * value for have, value in zip(colour, lab, strict=True)
        ]
    return colour


def _profile(space: bytes, pcs: bytes, device: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of version 2."""
    tags = {b"wtpt": b"XYZ \0\0\0\0" + pack(">3i", 63190, 65536, 54061), **tags}
    offset = 132 + 12 * len(tags)
    table, content = pack(">I", len(tags)), b""
    for name, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += name + pack(">II", offset + len(content), len(value))
        content += padded
    body = table + content
    head = pack(">I4sI4s4s4s", 128 + len(body), b"", 0x02400000, device, space, pcs)
    head += (
        pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + pack(">3i", 63190, 65536, 54061)
    )
    return head.ljust(128, b"\0") + body
