"""Pictures as a browser that knows colour profiles shows them: in sRGB, eight bits a channel."""

from __future__ import annotations

import struct
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image, ImageCms

from files.pictures.profiles import ColourSpace, of_code_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from files.pictures.profiles import Point

BAND_PIXELS = 1 << 18
"""Pixels that are converted at once where the result can't take the place of the original."""
MOST_PROFILE_BYTES = 4_000_000
SAME = 1
"""By how much values may differ, of 255, between sRGB and a profile that only says so."""
SRGB_GAMMA, GAMMA_THRESHOLD = 2.2, 0.05
"""A gamma alone that is about this is meant to be sRGB, as libpng and browsers read it."""
BYTES = bytes(range(256))
DEEP = 65_536
PNG, BEGINNING = b"\x89PNG\r\n\x1a\n", 1 << 16
MOST_CHUNK_BYTES = 32
"""The size of `cHRM`, the largest chunk of a PNG that is read here."""
AS_PROFILED = ImageCms.Flags.NOWHITEONWHITEFIXUP
"""Paper that a profile of a press says to be grey stays grey, as in browsers."""
type Profile = ImageCms.ImageCmsProfile
"""A profile as littleCMS has read it."""


def in_srgb(image: Image.Image, profile: Profile | None) -> Image.Image:
    """Return a decoded picture, or frame, in sRGB, eight bits a channel; it may be the same object.

    A profile that is of another kind of picture is treated as none.
    """
    if image.mode.startswith("I"):
        image = _eight_bits(image)
    if profile is not None:
        try:
            return _converted(image, profile)
        except ImageCms.PyCMSError:
            pass
    return _in_bands(image, "RGB", lambda band: band.convert("RGB")) if _is_cmyk(image) else image


def profile_of(image: Image.Image, file: BinaryIO) -> Profile | None:
    """Return the profile that applies to a picture, or None for sRGB and for one that is broken.

    `file` may name a space of colours that Pillow doesn't tell. Its position stays: Pillow may go
    on to read further frames.
    """
    position = file.tell()
    try:
        file.seek(0)
        if file.read(len(PNG)) == PNG:
            profile = _profile_of_png(image, file)
        elif image.info.get("icc_profile"):
            profile = _read(image.info["icc_profile"])
        else:
            profile = _of_code_points(_nclx(file))
    except (OSError, ValueError, LookupError, struct.error, ArithmeticError):
        return None
    finally:
        file.seek(position)
    return profile if profile and not _is_of_srgb(profile) else None


def _is_cmyk(image: Image.Image) -> bool:
    return bool(image.mode == "CMYK")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale grey of 16 bits, which Pillow itself would clip; one value may stand for nothing."""
    clear = image.info.pop("transparency", None)
    scaled = [(value * 255 + DEEP // 2) // (DEEP - 1) for value in range(DEEP)]
    grey = _in_bands(image, "L", lambda band: band.convert("I").point(scaled, "L"))
    if clear is not None:
        seen = [0 if value == clear else 255 for value in range(DEEP)]
        grey.putalpha(_in_bands(image, "L", lambda band: band.convert("I").point(seen, "L")))
    grey.info = image.info
    return grey


def _in_bands(
    image: Image.Image, mode: str, convert: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    """Convert a picture some rows at a time, so that not all of it is in memory thrice."""
    whole = Image.new(mode, image.size)
    rows = max(1, BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        whole.paste(convert(image.crop(box)), box)
    whole.info = image.info
    return whole


def _read(profile: bytes) -> Profile | None:
    if len(profile) > MOST_PROFILE_BYTES:
        return None
    return ImageCms.ImageCmsProfile(BytesIO(profile))


def _of_code_points(named: tuple[int, int] | None) -> Profile | None:
    space = of_code_points(*named) if named else None
    return _read(space.profile()) if space else None


def _nclx(file: BinaryIO) -> tuple[int, int] | None:
    """Return primaries and transfer of an AVIF or HEIF (ISO/IEC 23008-12, `colr` box)."""
    file.seek(0)
    content = file.read(BEGINNING)
    place = content.find(b"colrnclx")
    return struct.unpack_from(">HH", content, place + 8) if place >= 0 else None


def _profile_of_png(image: Image.Image, file: BinaryIO) -> Profile | None:
    """Return the profile that a PNG's chunks name, the first of them that counts (PNG 3, 4.3)."""
    chunks = dict(_chunks(file))
    if b"cICP" in chunks:
        return _of_code_points((chunks[b"cICP"][0], chunks[b"cICP"][1]))
    if b"iCCP" in chunks:
        return _read(image.info["icc_profile"]) if image.info.get("icc_profile") else None
    if b"sRGB" in chunks or not {b"gAMA", b"cHRM"} & chunks.keys():
        return None
    gamma = 100_000 / struct.unpack(">I", chunks[b"gAMA"])[0] if b"gAMA" in chunks else None
    if b"cHRM" not in chunks and gamma and abs(SRGB_GAMMA / gamma - 1) < GAMMA_THRESHOLD:
        return None
    space = ColourSpace()
    if b"cHRM" in chunks:
        white, *primaries = _points(chunks[b"cHRM"])
        space = ColourSpace((primaries[0], primaries[1], primaries[2]), white)
    if gamma:
        space = ColourSpace(space.primaries, space.white, [gamma])
    return _read(space.profile())


def _points(chunk: bytes) -> Iterator[Point]:
    values = struct.unpack(">8I", chunk)
    return ((x / 100_000, y / 100_000) for x, y in zip(values[::2], values[1::2], strict=True))


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG before its pixels: names, and as much of them as colours take."""
    place = file.seek(len(PNG))
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if name == b"IDAT":
            return
        yield name, file.read(min(length, MOST_CHUNK_BYTES))
        place = file.seek(place + length + 12)


def _converted(image: Image.Image, profile: Profile) -> Image.Image:
    """Convert a picture from a profile to sRGB; raises PyCMSError when the profile is of no use."""
    space = profile.profile.xcolor_space.strip()
    if _is_cmyk(image):
        to_srgb = _transform(profile, "CMYK")
        return _in_bands(image, "RGB", to_srgb.apply)
    if image.mode in ("1", "L", "LA"):
        return _converted_grey(image, profile, "L" if space == "GRAY" else "RGB")
    if image.mode == "P":
        return _converted_palette(image, _transform(profile, "RGB"))
    if "transparency" in image.info:
        # One colour stands for nothing: it must be found before colours change.
        image = image.convert("RGBA")
    elif image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    _transform(profile, image.mode).apply_in_place(image)
    return image


def _transform(profile: Profile, mode: str) -> ImageCms.ImageCmsTransform:
    srgb = ImageCms.ImageCmsProfile(BytesIO(ColourSpace().profile()))
    if mode == "CMYK":
        # Not by a table of few colours: it is off where inks leave sRGB.
        flags = AS_PROFILED | ImageCms.Flags.NOOPTIMIZE
        return ImageCms.buildTransform(profile, srgb, mode, "RGB", flags=flags)
    target = "RGBA" if mode == "RGBA" else "RGB"
    return ImageCms.buildTransform(profile, srgb, mode, target, flags=AS_PROFILED)


def _is_of_srgb(profile: Profile) -> bool:
    """Return whether a profile only says sRGB: such pictures stay as they are, to the bit."""
    steps = range(0, 256, 17)
    colours = bytes(value for colour in product(steps, repeat=3) for value in colour)
    before = Image.frombytes("RGB", (16, 256), colours)
    try:
        after = _transform(profile, "RGB").apply(before).tobytes()
    except ImageCms.PyCMSError:
        return False
    return all(abs(new - old) <= SAME for new, old in zip(after, colours, strict=True))


def _converted_grey(image: Image.Image, profile: Profile, mode: str) -> Image.Image:
    ramp = Image.frombytes("L", (256, 1), BYTES).convert(mode)
    table = list(_transform(profile, mode).apply(ramp).convert("L").tobytes())
    if image.mode == "1":
        return image
    if "transparency" in image.info:
        image = image.convert("LA")
    if image.mode == "L":
        return image.point(table)
    grey, alpha = image.split()
    return Image.merge("LA", (grey.point(table), alpha))


def _converted_palette(image: Image.Image, to_srgb: ImageCms.ImageCmsTransform) -> Image.Image:
    colours = bytes(image.getpalette("RGB") or ())
    row = Image.frombytes("RGB", (len(colours) // 3, 1), colours)
    clear = image.info.get("transparency")
    image.putpalette(to_srgb.apply(row).tobytes())
    image.info = {} if clear is None else {"transparency": clear}
    return image
