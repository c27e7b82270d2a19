"""The formats that pictures are kept in, and how each is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AVIF_PIXELS = 2_000_000
"""A larger AVIF is written as WebP: encoding AVIF takes some 20 bytes a pixel, WebP 4."""
FULL_AVIF_PIXELS = 1_500_000
"""A larger AVIF has colours for four pixels together, as most have: the encoder needs less."""
LOSSLESS_WEBP_PIXELS = 2_000_000
"""A larger lossless WebP is written as PNG, which takes next to nothing besides its pixels."""
FORMATS: Mapping[str, tuple[str, str]] = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "AVIF": ("image/avif", "avif"),
}
OPTIONS: Mapping[str, Mapping[str, object]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 95},
    "GIF": {},
    # A fifth of the default's time, for some percent more bytes.
    # One thread: each takes memory of its own.
    "AVIF": {"quality": 95, "speed": 8, "max_threads": 1},
}
HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
LOSSLESS_WEBP: Mapping[str, int] = {"lossless": True, "exact": True, "quality": 30, "method": 3}
"""`exact` keeps the colours of what is fully transparent: masks and foils may be read for them."""


def options_of(kind: str, pixels: int) -> Mapping[str, object]:
    """Return the options that a picture of so many pixels is written with."""
    if kind == "AVIF" and pixels <= FULL_AVIF_PIXELS:
        return {**OPTIONS[kind], "subsampling": "4:4:4"}
    return OPTIONS[kind]


def is_lossless_webp(content: bytes) -> bool:
    """Return whether all pixels of a WebP are kept without loss (RFC 9649)."""
    codecs = {name for name, _start, _end in _all_chunks(content) if name in (b"VP8 ", b"VP8L")}
    return codecs == {b"VP8L"}


def _all_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the chunks of a WebP, those inside its frames, too: name, start and end."""
    for name, start, end in _chunks(content, 12, len(content)):
        yield name, start, end
        if name == b"ANMF":
            yield from _chunks(content, start + 16, end)


def _chunks(content: bytes, place: int, limit: int) -> Iterator[tuple[bytes, int, int]]:
    while place + 8 <= limit:
        end = place + 8 + int.from_bytes(content[place + 4 : place + 8], "little")
        yield content[place : place + 4], place + 8, min(end, limit)
        place = end + end % 2


def is_heif(content: bytes) -> bool:
    """Return whether bytes begin as HEIF does (ISO/IEC 23008-12). AVIF may begin so, too."""
    return content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS
