"""Pictures that a browser shows, in ways that are easily got wrong."""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING

from PIL import Image, PngImagePlugin

from tests.files.corpus import icc
from tests.files.drawings import drawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EDGE = 16
SIZE = (4 * EDGE, 3 * EDGE)
COLOURS = (
    *((200, 40, 90), (20, 180, 60), (30, 60, 210), (240, 200, 30)),
    *((128, 128, 128), (60, 60, 60), (255, 255, 255), (0, 0, 0)),
    *((255, 0, 0), (0, 255, 0), (0, 0, 255), (120, 200, 190)),
)
MIDDLES = [
    (x + EDGE // 2, y + EDGE // 2) for y in range(0, SIZE[1], EDGE) for x in range(0, SIZE[0], EDGE)
]
ORIENTATION, GPS, LONG = 0x0112, 0x8825, 60_000
SCRIPT = "<script>alert(1)</script>"


def patches(mode: str = "RGB") -> Image.Image:
    """Return twelve squares of different colours, which survive any compression."""
    image = Image.new("RGB", SIZE)
    for (x, y), colour in zip(MIDDLES, COLOURS, strict=True):
        image.paste(colour, (x - 8, y - 8, x + 8, y + 8))
    if mode.endswith("A"):
        image.putalpha(Image.linear_gradient("L").rotate(90).resize(SIZE, 0))
    return image.convert(mode)


def turned(orientation: int) -> Image.Exif:
    """Return what a camera writes that was held otherwise, somewhere on earth."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return exif


def png(image: Image.Image, *chunks: tuple[bytes, bytes], **options: object) -> bytes:
    """Return a PNG with further chunks before its pixels."""
    info = PngImagePlugin.PngInfo()
    for name, content in chunks:
        info.add(name, content)
    return drawn("PNG", image, pnginfo=info, **options)


def raw_png(depth: int, kind: int, rows: list[bytes], *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of given bits, which Pillow writes none of."""
    size = pack(">IIBBBBB", SIZE[0], len(rows), depth, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [(b"IHDR", size), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(content)) + name + content + pack(">I", zlib.crc32(name + content))
        for name, content in parts
    )


def deep(image: Image.Image) -> list[bytes]:
    """Return the rows of a picture with sixteen bits a channel, the lower eight all alike."""
    width = len(image.getbands()) * image.width
    pixels = image.tobytes()
    rows = [pixels[place : place + width] for place in range(0, len(pixels), width)]
    return [b"".join(bytes([value, 0x80]) for value in row) for row in rows]


def frames() -> list[Image.Image]:
    """Return the frames of an animation, each of other colours."""
    return [patches("RGBA").rotate(turn) for turn in (0, 180)]


def stills() -> Iterator[tuple[str, bytes]]:
    """Yield pictures in all formats, modes and depths."""
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield f"png {mode}", drawn("PNG", patches(mode))
    grey = patches("L")
    yield "png grey, one value clear", drawn("PNG", grey, transparency=grey.getpixel((4, 4)))
    yield "png one colour clear", drawn("PNG", patches(), transparency=COLOURS[0])
    palette = patches().quantize(16)
    yield "png palette, one clear", drawn("PNG", palette, transparency=0)
    yield "png palette with alpha", drawn("PNG", palette, transparency=bytes(range(0, 256, 16)))
    yield "png 16-bit grey", raw_png(16, 0, deep(grey))
    clear = pack(">BB", grey.getpixel((4, 4)), 0x80)
    yield "png 16-bit grey, one value clear", raw_png(16, 0, deep(grey), (b"tRNS", clear))
    yield "png 16-bit", raw_png(16, 2, deep(patches()))
    yield "png 16-bit alpha", raw_png(16, 6, deep(patches("RGBA")))
    yield "png 16-bit grey alpha", raw_png(16, 4, deep(patches("LA")))
    for mode in ("L", "RGB", "CMYK"):
        yield f"jpeg {mode}", drawn("JPEG", patches(mode), quality=95)
    yield "jpeg progressive", drawn("JPEG", patches(), quality=95, progressive=True)
    yield "webp", drawn("WEBP", patches("RGBA"), quality=95)
    yield "webp lossless", drawn("WEBP", patches("RGBA"), lossless=True, exact=True)
    yield "avif", drawn("AVIF", patches(), quality=95)
    yield "avif alpha", drawn("AVIF", patches("RGBA"), quality=95)
    yield "gif", drawn("GIF", patches())
    yield "gif, one clear", drawn("GIF", palette, transparency=0)


def profiled() -> Iterator[tuple[str, bytes]]:
    """Yield pictures with colour profiles, or what stands for one."""
    profiles = {
        "sRGB": icc.srgb(),
        "P3": icc.display_p3(),
        "Adobe": icc.adobe_rgb(),
        "wide": icc.wide_gamut(),
        "broken": icc.display_p3()[:200],
    }
    for name, profile in profiles.items():
        for kind in ("PNG", "JPEG", "WEBP"):
            yield f"{kind.lower()} {name}", drawn(kind, patches(), icc_profile=profile, quality=95)
    p3 = icc.display_p3()
    yield "avif P3", drawn("AVIF", patches(), icc_profile=p3, quality=95)
    named = drawn("AVIF", patches(), quality=95).replace(
        b"colrnclx\0\x01\0\x0d", b"colrnclx\0\x0c\0\x0d"
    )
    yield "avif P3 by numbers", named
    for mode in ("RGBA", "L", "LA"):
        yield f"png {mode} P3", drawn("PNG", patches(mode), icc_profile=p3)
    yield "png palette P3", drawn("PNG", patches().quantize(16), icc_profile=p3, transparency=3)
    yield (
        "png one colour clear P3",
        drawn("PNG", patches(), icc_profile=p3, transparency=COLOURS[0]),
    )
    yield "jpeg P3, large", drawn("JPEG", patches(), icc_profile=p3 + bytes(150_000), quality=95)
    for kind, mode in (("PNG", "L"), ("PNG", "LA"), ("JPEG", "L")):
        yield f"{kind.lower()} {mode} dark", drawn(kind, patches(mode), icc_profile=icc.grey(1.0))
    yield "png RGB with grey's", drawn("PNG", patches(), icc_profile=icc.grey(1.0))
    yield "png 16-bit grey, light", png_of_depth()
    yield "jpeg CMYK press", drawn("JPEG", patches("CMYK"), icc_profile=icc.press(), quality=95)
    yield "jpeg RGB with CMYK's", drawn("JPEG", patches(), icc_profile=icc.press(), quality=95)
    chunks: Mapping[str, tuple[tuple[bytes, bytes], ...]] = {
        "linear": ((b"gAMA", pack(">I", 100_000)),),
        "gamma 2.2": ((b"gAMA", pack(">I", 45_455)),),
        "wide by chunks": (
            (b"gAMA", pack(">I", 45_455)),
            (b"cHRM", pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)),
        ),
        "sRGB over gamma": ((b"sRGB", b"\0"), (b"gAMA", pack(">I", 100_000))),
        "P3 by numbers": ((b"cICP", bytes([12, 13, 0, 1])),),
        "gamma of nothing": ((b"gAMA", bytes(4)),),
        "primaries of nothing": ((b"cHRM", bytes(32)),),
    }
    for name, extra in chunks.items():
        yield f"png {name}", png(patches(), *extra)


def png_of_depth() -> bytes:
    """Return grey of sixteen bits with a profile of grey."""
    profile = b"x\0\0" + zlib.compress(icc.grey(1.0))
    return raw_png(16, 0, deep(patches("L")), (b"iCCP", profile))


def oriented() -> Iterator[tuple[str, bytes]]:
    """Yield pictures that lie on their side, with more in them than a picture."""
    for orientation in range(1, 9):
        exif = turned(orientation)
        yield f"jpeg turned {orientation}", drawn("JPEG", patches(), exif=exif, quality=95)
    for kind in ("PNG", "WEBP", "AVIF"):
        yield f"{kind.lower()} turned", drawn(kind, patches(), exif=turned(6), quality=95)
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6" hdrgm:Version="1.0"/></x:xmpmeta>'
    yield "jpeg HDR mark", drawn("JPEG", patches(), xmp=xmp, quality=95, comment=SCRIPT)
    yield (
        "jpeg views",
        drawn("MPO", patches(), save_all=True, append_images=[Image.new("RGB", SIZE)], quality=95),
    )
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SCRIPT)
    yield "png with a script", drawn("PNG", patches(), pnginfo=text) + SCRIPT.encode()


def moving() -> Iterator[tuple[str, bytes]]:
    """Yield animations, of which the first frame is shown for a minute."""
    first, second = frames()
    for kind in ("PNG", "WEBP"):
        yield (
            f"{kind.lower()} animated",
            drawn(kind, first, save_all=True, append_images=[second], duration=LONG, lossless=True),
        )
    yield (
        "png animated, another still",
        drawn(
            "PNG",
            Image.new("RGBA", SIZE, "red"),
            save_all=True,
            default_image=True,
            append_images=[first, second],
            duration=LONG,
        ),
    )
    flat, last = patches(), patches().rotate(180)
    yield (
        "gif animated",
        drawn("GIF", flat, save_all=True, append_images=[last], duration=LONG, loop=3),
    )


def of_phone(name: str) -> bytes:
    """Return a HEIC that x265 has written, as nothing that ships with us writes any.

    `phone` has 12 megapixels in Display P3, lies on its side and says where it was taken, `clear`
    has an alpha channel, `deep` ten bits a channel; all show `patches`.
    """
    return (Path(__file__).parent / f"{name}.heic").read_bytes()


@cache
def corpus() -> Mapping[str, bytes]:
    """Return all pictures by name; drawing them takes a second."""
    return dict([*stills(), *profiled(), *oriented(), *moving()])
