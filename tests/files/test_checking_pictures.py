"""A picture is what its bytes are, and only the picture is kept."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from files.pictures.picture import PictureError
from tests.files.corpus.shown import of_phone
from tests.files.drawings import ANIMATED_KINDS, KINDS, SIZE, animated, checked, drawn, opened

ORIENTATION, GPS = 0x0112, 0x8825


def refusal(content: bytes) -> str:
    with pytest.raises(PictureError) as refused:
        checked(content)
    return refused.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    picture = checked(drawn(kind))
    assert picture.content_type == f"image/{kind.lower()}"
    assert (picture.width, picture.height) == SIZE
    assert opened(picture.content.read()).format == kind


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"GIF89a<script>", drawn("BMP"), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refusal(content) == "not_a_picture"


@pytest.mark.parametrize("prolog", [b"", b"\xef\xbb\xbf\n", b"<?xml version='1.0'?>", b"<!-- -->"])
def test_markup_that_can_hold_scripts_is_told_apart(prolog: bytes) -> None:
    assert refusal(prolog + b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "svg"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_half_a_picture_is_refused(kind: str) -> None:
    content = drawn(kind, Image.effect_noise((64, 64), 80))
    assert refusal(content[: len(content) // 2]) == "not_a_picture"


@hypothesis_settings(deadline=None)
@given(st.data(), st.sampled_from([*map(drawn, KINDS), of_phone("deep"), of_phone("clear")]))
def test_no_damage_can_crash_the_check(draw: st.DataObject, whole: bytes) -> None:
    content = bytearray(whole)
    for _ in range(draw.draw(st.integers(1, 6))):
        place = draw.draw(st.integers(0, len(content) - 1))
        content[place] = draw.draw(st.integers(0, 255))
    with suppress(PictureError):
        checked(bytes(content[: draw.draw(st.integers(1, len(content)))]))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_survives_behind_a_picture(kind: str) -> None:
    assert b"script" not in checked(drawn(kind) + b"<script>alert(1)</script>").content.read()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_it_was_taken_is_forgotten_and_what_is_up_stays_up(kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    picture = checked(drawn(kind, exif=exif))
    assert (picture.width, picture.height) == SIZE[::-1]
    assert not opened(picture.content.read()).getexif()


def test_a_phones_picture_of_several_views_is_kept_as_its_first() -> None:
    far = Image.new("RGB", SIZE, (9, 9, 9))
    picture = checked(drawn("MPO", save_all=True, append_images=[far]))
    assert (picture.content_type, picture.extension) == ("image/jpeg", "jpg")
    assert opened(picture.content.read()).format == "JPEG"


@pytest.mark.parametrize("kind", ANIMATED_KINDS)
def test_too_many_frames_are_too_many_pixels(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("files.pictures.decoding.MOST_FRAMES", 2)
    assert refusal(animated(kind)) == "too_many_pixels"


def test_a_pixel_bomb_is_refused_by_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    bombs = [drawn("PNG", Image.new("1", (side, side))) for side in (6400, 14_000)]
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _picture: pytest.fail("decoded"))
    assert [refusal(bomb) for bomb in bombs] == ["too_many_pixels"] * 2
