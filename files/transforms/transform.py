"""What a client may ask of a picture: a size from a list, a shape, a format, a quality.

Sizes are listed rather than rounded: a rounded one would belie the `220w` of a `srcset`, and a free
choice would let anybody fill the storage. A size that is not listed is refused by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, override

from django.conf import settings
from django.utils.translation import gettext as _

from resources.api import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from resources.api import Problem

THUMB = re.compile(r"([0-9]{1,5})x([0-9]{1,5})([tbf]?)")
SIZE = re.compile(r"[0-9]{1,5}")
FITS: Mapping[str, str] = {"cover": "", "contain": "f", "inside": "f"}
"""Names of `fit`, by what `thumb` writes for them: cut to the shape, or all of it in the box."""
FORMATS = ("auto", "avif", "webp", "png", "jpeg")
QUALITIES = ("40", "60", "75", "90")
RATIOS: Mapping[str, float] = {"1": 1, "1.5": 1.5, "2": 2, "3": 3}
NAMES = frozenset({"thumb", "w", "h", "fit", "format", "q", "dpr"})


@dataclass(frozen=True, slots=True)
class Transform:
    """A variant as it is asked for, of whatever picture.

    `width` and `height` are pixels, 0 for a side that follows from the other. `fit` is empty where
    the picture is cut to this shape around its centre, `t` or `b` where its top or bottom is kept,
    `f` where all of it is shown in the box. `quality` 0 is the format's own. As text it is
    canonical: one transform has one spelling, such as `220x0`, `100x100t.webp` or `0x300.avif.q60`.
    """

    width: int = 0
    height: int = 0
    fit: str = ""
    format: str = "auto"
    quality: int = 0

    @override
    def __str__(self) -> str:
        size = f"{self.width}x{self.height}{self.fit}"
        file_format = "" if self.format == "auto" else f".{self.format}"
        return size + file_format + (f".q{self.quality}" if self.quality else "")


def requested_transform(query: Mapping[str, str]) -> Transform | None:
    """Return what a query string asks of a picture, None for nothing; raises Problem 400."""
    query = {name: query[name] for name in NAMES & query.keys() if query[name]}
    if not query:
        return None
    width, height, fit = _thumb(query) if "thumb" in query else _box(query)
    ratio = RATIOS[_choice(query, "dpr", RATIOS, "1")]
    width, height = round(width * ratio), round(height * ratio)
    file_format = _choice(query, "format", FORMATS, "auto")
    quality = int(_choice(query, "q", QUALITIES, "0"))
    if file_format == "png":
        quality = 0
    if not (width and height):
        fit = ""
    return Transform(width, height, fit, file_format, quality)


def _thumb(query: Mapping[str, str]) -> tuple[int, int, str]:
    """Read a size as PocketBase writes it: `WxH`, `WxHt`, `WxHb`, `WxHf`, `0xH`, `Wx0`."""
    if not query.keys().isdisjoint(("w", "h", "fit")):
        raise _refused("thumb", _("“thumb” says it all: leave out “w”, “h” and “fit”."))
    found = THUMB.fullmatch(query["thumb"])
    if found is None or (found[1] == "0" and found[2] == "0"):
        raise _refused(
            "thumb", _("Write a size as WxH, WxHt, WxHb, WxHf, Wx0 or 0xH, such as 100x100.")
        )
    width, height = (_listed("thumb", edge) for edge in found.group(1, 2))
    return width, height, found[3]


def _box(query: Mapping[str, str]) -> tuple[int, int, str]:
    width, height = (_listed(name, query[name]) if name in query else 0 for name in ("w", "h"))
    return width, height, FITS[_choice(query, "fit", FITS, "cover")]


def _listed(name: str, text: str) -> int:
    """Return an edge in pixels; raises Problem 400 for one that is not in the list."""
    edge = int(text) if SIZE.fullmatch(text) else -1
    if edge and edge not in settings.PICTURE_SIZES:
        allowed = ", ".join(str(size) for size in settings.PICTURE_SIZES)
        raise _refused(
            name, _("A side has one of these sizes: %(allowed)s.") % {"allowed": allowed}
        )
    return edge


def _choice(query: Mapping[str, str], name: str, allowed: Collection[str], default: str) -> str:
    given = query.get(name, default)
    if given != default and given not in allowed:
        raise _refused(name, _("Choose one of: %(allowed)s.") % {"allowed": ", ".join(allowed)})
    return given


def _refused(name: str, message: str) -> Problem:
    return bad_parameter(name, "bad_transform", message)
