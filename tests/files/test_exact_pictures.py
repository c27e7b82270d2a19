"""What came without loss is kept without loss, and what came with some loses nothing more."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageStat

from files.pictures import formats
from tests.files.corpus import icc
from tests.files.corpus.shown import deep, patches, raw_png
from tests.files.drawings import checked, drawn, opened


def of_all_colours() -> Image.Image:
    """Return a picture of every amount of red and green, with colours where it is clear."""
    red = Image.linear_gradient("L")
    picture = Image.merge("RGB", (red, red.rotate(90), Image.effect_noise((256, 256), 90)))
    picture.putalpha(Image.effect_noise((256, 256), 200).point(lambda value: value & 0x80))
    return picture


PICTURE = of_all_colours()
PHOTO = Image.blend(
    PICTURE.convert("L").convert("RGB"), PICTURE.convert("RGB").reduce(8).resize((256, 256)), 0.6
)


def kept(content: bytes) -> Image.Image:
    image: Image.Image = opened(checked(content).content.read())
    image.load()
    return image


@pytest.mark.parametrize(
    "content",
    [
        drawn("PNG", PICTURE),
        drawn("PNG", PICTURE, icc_profile=icc.srgb()),
        drawn("WEBP", PICTURE, lossless=True, exact=True),
        drawn("WEBP", PICTURE, lossless=True, exact=True, icc_profile=icc.srgb()),
    ],
    ids=["png", "png sRGB", "webp", "webp sRGB"],
)
def test_every_bit_is_kept_also_where_it_is_clear(content: bytes) -> None:
    image = kept(content)
    assert image.mode == "RGBA"
    assert image.tobytes() == PICTURE.tobytes()


def test_a_large_lossless_webp_is_kept_as_png(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("files.pictures.decoding.LOSSLESS_WEBP_PIXELS", 256 * 256 - 1)
    content = drawn("WEBP", PICTURE, lossless=True, exact=True)
    image = kept(content)
    assert (image.format, image.tobytes()) == ("PNG", PICTURE.tobytes())


def test_a_webp_with_loss_and_one_without_are_told_apart() -> None:
    picture, moved = PICTURE, PICTURE.rotate(180)
    for lossless in (False, True):
        still = drawn("WEBP", picture, lossless=lossless)
        moving = drawn("WEBP", picture, lossless=lossless, save_all=True, append_images=[moved])
        assert formats.is_lossless_webp(still) is lossless
        assert formats.is_lossless_webp(moving) is lossless
    assert not formats.is_lossless_webp(b"RIFF")


@pytest.mark.parametrize("quality", [40, 75, 92])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_jpeg_loses_nothing_more(quality: int, subsampling: int) -> None:
    content = drawn("JPEG", PHOTO, quality=quality, subsampling=subsampling)
    ours, original = kept(content), opened(content)
    assert max(ImageStat.Stat(ImageChops.difference(ours, original)).mean) < 1
    assert len(checked(content).content.read()) < 1.1 * len(content)


@pytest.mark.parametrize(("mode", "kind"), [("L", 0), ("LA", 4)])
def test_grey_of_sixteen_bits_is_scaled_and_not_clipped(mode: str, kind: int) -> None:
    image = kept(raw_png(16, kind, deep(patches(mode)))).convert("RGBA")
    assert image.tobytes() == patches(mode).convert("RGBA").tobytes()


def test_what_is_a_jpeg_of_inks_is_kept_in_light() -> None:
    assert kept(drawn("JPEG", patches("CMYK"))).mode == "RGB"
