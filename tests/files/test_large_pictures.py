"""What is too large to be decoded or written as it is takes a form that needs less memory."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from files.pictures import decoding
from files.pictures.decoding import PIXEL_BYTES
from tests.files.drawings import SIZE, animated, checked, drawn, opened

if TYPE_CHECKING:
    from resources.json_text import JsonObject

PIXELS = SIZE[0] * SIZE[1]
HALF = (SIZE[0] // 2, SIZE[1] // 2)


@pytest.mark.parametrize(
    ("spare", "options", "size"),
    [
        (0, {}, SIZE),
        (-1, {}, HALF),
        (0, {"progressive": True}, HALF),
        (10 * PIXELS, {"progressive": True}, SIZE),
    ],
)
def test_a_jpeg_is_halved_when_its_pixels_would_not_fit(
    monkeypatch: pytest.MonkeyPatch, spare: int, options: JsonObject, size: tuple[int, int]
) -> None:
    monkeypatch.setattr(decoding, "JPEG_BYTES", PIXEL_BYTES * PIXELS + spare)
    picture = checked(drawn("JPEG", **options))
    assert (picture.width, picture.height) == size
    assert opened(picture.content.read()).size == size


def test_a_halved_jpeg_counts_the_pixels_that_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "JPEG_BYTES", 0)
    with decoding.opened(BytesIO(drawn("JPEG"))) as upload:
        assert upload.pixels == PIXELS // 4


@pytest.mark.parametrize("content", [drawn("AVIF"), animated("AVIF")])
def test_a_large_avif_is_written_as_webp(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    frames = opened(content).n_frames
    assert checked(content).content_type == "image/avif"
    monkeypatch.setattr(decoding, "AVIF_PIXELS", PIXELS - 1)
    picture = checked(content)
    assert (picture.content_type, picture.extension) == ("image/webp", "webp")
    kept = opened(picture.content.read())
    assert (kept.format, kept.size, kept.n_frames) == ("WEBP", SIZE, frames)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "RGB", "L", "P"])
def test_the_blur_of_a_large_picture_is_that_of_a_small_one(mode: str) -> None:
    small = Image.linear_gradient("L").convert("RGB").convert(mode)
    large = small.resize((3_000, 3_000), Image.Resampling.NEAREST)
    assert decoding.blur(large)[:6] == decoding.blur(small)[:6]
