"""What a file is, found in its first bytes; names and declared types count for nothing.

The types are those that attachments may have. Each is known by its signature and by what tells it
from its neighbours: an AVIF, a HEIC and an MP4 begin alike (ISO/IEC 14496-12, 4.3), as do WebM and
Matroska (RFC 8794, 11.2). Nothing that a browser would run has a place here: HTML, SVG, scripts.
"""

from __future__ import annotations

import re
from struct import unpack_from
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

START_BYTES = 512
EXTENSIONS: Mapping[str, str] = {
    "application/pdf": "pdf",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "model/gltf-binary": "glb",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
"""All types of attachments, with the ending of their keys."""
PLAYED = ("image/", "audio/", "video/")
MP4 = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|dash|M4V |MSNV|cmf[c2]")
MP4_AUDIO = re.compile(rb"M4A |M4B ")
STILLS = re.compile(rb"avi[fs]|hei[cxms]|hev[cx]|mi[af]f|mif1|msf1|crx |jp[2mx] ")
FOUR_BYTES = rb"(?:\x84|\x40\x04|\x20\x00\x04|\x10\x00{2}\x04|\x08\x00{3}\x04|\x01\x00{6}\x04)"
WEBM = re.compile(rb"\x1aE\xdf\xa3.{1,64}?B\x82" + FOUR_BYTES + rb"webm", re.DOTALL)
OGG_AUDIO = re.compile(
    rb"OggS\x00.{22}[\x01-\xff].*?(?:\x01vorbis|OpusHead|\x7fFLAC|Speex )", re.DOTALL
)
PDF = re.compile(rb"%PDF-[12]\.[0-9]")
ID3 = re.compile(rb"ID3[\x02-\x04]")
WAV = re.compile(rb"RIFF.{4}WAVE", re.DOTALL)
GLB_VERSIONS = (1, 2)
RESERVED_RATE = 3


def content_type_of(start: bytes) -> str | None:
    """Return the type of a file that begins so, of those that attachments have; else None.

    `start` is at least `START_BYTES` of it, or all.
    """
    return next((name for name, is_so in SIGNATURES if is_so(start)), None)


def is_shown_inline(content_type: str) -> bool:
    """Return whether browsers may show a type in place; they can only draw or play it."""
    return content_type.startswith(PLAYED) and content_type != "image/svg+xml"


def _brands(start: bytes) -> bytes:
    """Return the brands of an ISO media file, the major one first; nothing for any other file."""
    if start[4:8] != b"ftyp" or len(start) < 16:
        return b""
    (size,) = unpack_from(">I", start)
    return start[8:12] + start[16:size]


def _has_brand(expression: re.Pattern[bytes], brands: bytes) -> bool:
    return any(expression.fullmatch(brands[at : at + 4]) for at in range(0, len(brands), 4))


def _is_mp4_audio(start: bytes) -> bool:
    return bool(MP4_AUDIO.fullmatch(_brands(start)[:4]))


def _is_mp4(start: bytes) -> bool:
    brands = _brands(start)
    return _has_brand(MP4, brands) and not _has_brand(STILLS, brands)


def _is_mp3(start: bytes) -> bool:
    """Return whether an ID3 tag or an MPEG audio frame of layer III begins the file."""
    if ID3.match(start):
        return True
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE6 != 0xE2 or start[1] & 0x18 == 0x08:
        return False
    return 0 < start[2] >> 4 < 15 and (start[2] >> 2) & 3 != RESERVED_RATE


def _is_glb(start: bytes) -> bool:
    return (
        start[:4] == b"glTF" and len(start) >= 12 and unpack_from("<I", start, 4)[0] in GLB_VERSIONS
    )


SIGNATURES: tuple[tuple[str, Callable[[bytes], object]], ...] = (
    ("audio/mp4", _is_mp4_audio),
    ("video/mp4", _is_mp4),
    ("video/webm", WEBM.match),
    ("application/pdf", PDF.match),
    ("model/gltf-binary", _is_glb),
    ("audio/mpeg", _is_mp3),
    ("audio/ogg", OGG_AUDIO.match),
    ("audio/wav", WAV.match),
    ("audio/flac", lambda start: start[:4] == b"fLaC"),
)
