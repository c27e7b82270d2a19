"""What is sent as a picture to do harm, or by mistake."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING
from zipfile import ZipFile

from PIL import Image

from tests.files.corpus.shown import SCRIPT, of_phone, patches, raw_png
from tests.files.drawings import drawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}</svg>'.encode()


def refused() -> Mapping[str, tuple[str, bytes]]:
    """Return what is refused, by name: the code of the error, and the bytes."""
    return {
        "SVG": ("svg", SVG),
        "SVG with a prolog": ("svg", b"\xef\xbb\xbf<?xml version='1.0'?>\n" + SVG),
        "SVG after a comment": ("svg", b"<!-- a picture -->" + SVG),
        "page": ("svg", f"<!doctype html>{SCRIPT}".encode()),
        "SVG, packed": ("not_a_picture", gzip.compress(SVG)),
        "SVG in UTF-16": ("not_a_picture", SVG.decode().encode("utf-16")),
        "text": ("not_a_picture", b"hello"),
        "nothing": ("not_a_picture", b""),
        "script in a GIF's name": ("not_a_picture", b"GIF89a=1;" + SCRIPT.encode()),
        "archive": ("not_a_picture", _archive()),
        "program": ("not_a_picture", b"\x7fELF" + bytes(200)),
        "PDF": ("not_a_picture", b"%PDF-1.7\n%%EOF"),
        "PostScript": ("not_a_picture", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        "BMP": ("not_a_picture", drawn("BMP", patches())),
        "TIFF": ("not_a_picture", drawn("TIFF", patches())),
        "ICO": ("not_a_picture", drawn("ICO", patches())),
        **dict(_truncated()),
        "40,000 by 40,000": ("too_many_pixels", _huge(40_000)),
        "PNG of more pixels than memory": ("too_many_pixels", _huge(7_000)),
        "no width": ("not_a_picture", b"\x89PNG\r\n\x1a\n" + _header(0, 9)),
    }


def _truncated() -> Iterator[tuple[str, tuple[str, bytes]]]:
    noise = Image.effect_noise((64, 64), 80)
    for kind in ("PNG", "JPEG", "WEBP", "AVIF"):
        content = drawn(kind, noise)
        yield f"half a {kind}", ("not_a_picture", content[: len(content) // 2])
    phone = of_phone("clear")
    yield "half a HEIC", ("not_a_picture", phone[: len(phone) // 2])


def _archive() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("picture.svg", SVG)
    return file.getvalue()


def _huge(side: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + _header(side, side) + raw_png(1, 0, [bytes(8)])[33:]


def _header(width: int, height: int) -> bytes:
    content = b"IHDR" + pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return pack(">I", 13) + content + pack(">I", zlib.crc32(content))
