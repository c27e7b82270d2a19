"""An animation stays one: its frames, their times, and what is clear in them."""

from __future__ import annotations

import pytest
from PIL import GifImagePlugin, Image, ImageOps, ImageSequence

from files.pictures.picture import Rendering
from files.pictures.rendering import opened_stored
from tests.files.corpus.shown import turned
from tests.files.drawings import (
    ANIMATED_KINDS,
    CLEAR,
    RED,
    animated,
    checked,
    colours,
    drawn,
    opened,
)

SQUARES = [(5, 5), (15, 5), (25, 5)]
CORNER = (39, 29)
FRAMES = [
    ImageOps.colorize(Image.linear_gradient("L").resize((32, 32), 0), "black", colour).convert(
        "RGBA"
    )
    for colour in ("blue", "lime")
]


@pytest.mark.parametrize("kind", ANIMATED_KINDS)
def test_an_animation_keeps_its_frames_and_their_times(kind: str) -> None:
    kept = opened(checked(animated(kind)).content.read())
    assert kept.n_frames == 3
    for number in range(3):
        kept.seek(number)
        kept.load()
        assert kept.info["duration"] == 70


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_what_is_clear_in_a_frame_stays_clear(kind: str) -> None:
    kept = opened(checked(animated(kind)).content.read())
    for number in range(3):
        kept.seek(number)
        expected = [RED if place == SQUARES[number] else CLEAR for place in SQUARES]
        assert colours(kept, [*SQUARES, CORNER]) == [*expected, CLEAR]


def rounds(content: bytes) -> object:
    """Return what is written of how often an animation is played."""
    return opened(content).info.get("loop")


@pytest.mark.parametrize("written", [None, 0, 3])
def test_a_gif_is_played_as_often_as_it_was(written: int | None) -> None:
    options = {} if written is None else {"loop": written}
    content = drawn("GIF", FRAMES[0], save_all=True, append_images=FRAMES[1:], **options)
    assert rounds(content) == rounds(checked(content).content.read()) == written


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("written", [0, 1, 3])
def test_other_animations_are_played_as_often_as_they_were(kind: str, written: int) -> None:
    content = drawn(kind, FRAMES[0], save_all=True, append_images=FRAMES[1:], loop=written)
    assert rounds(content) == rounds(checked(content).content.read()) == written


def test_a_gif_of_few_colours_is_kept_to_the_bit() -> None:
    content = drawn("GIF", FRAMES[0], save_all=True, append_images=FRAMES[1:], duration=70)
    assert pixels(checked(content).content.read()) == pixels(content)


@pytest.mark.parametrize(("written", "played"), [(None, 1), (0, 0), (3, 4)])
def test_a_gif_of_many_colours_becomes_a_webp_that_shows_them_all(
    written: int | None, played: int
) -> None:
    content = of_two_palettes(written)
    picture = checked(content)
    kept = picture.content.read()
    assert (picture.content_type, picture.extension) == ("image/webp", "webp")
    assert rounds(kept) == played
    greys, second = (frame.convert("RGBA") for frame in ImageSequence.Iterator(opened(kept)))
    assert greys.tobytes() == Image.linear_gradient("L").convert("RGBA").tobytes()
    assert second.crop((0, 0, 256, 128)).tobytes() == greys.crop((0, 0, 256, 128)).tobytes()
    assert colours(second, [(0, 200), (255, 200)]) == [(0, 0, 0, 255), RED]


def of_two_palettes(loop: int | None) -> bytes:
    """Return a GIF whose second frame leaves half of the first, with 256 colours of its own."""
    greys = Image.linear_gradient("L").convert("P")
    reds = Image.linear_gradient("L").rotate(90).crop((0, 0, 256, 128)).convert("P")
    reds.putpalette([channel for red in range(256) for channel in (red, 0, 0)])
    header, _used = GifImagePlugin.getheader(greys, info={"loop": loop, "duration": 70})
    second = GifImagePlugin.getdata(reds, (0, 128), include_color_table=True)
    return b"".join([*header, *GifImagePlugin.getdata(greys), *second, b";"])


def pixels(content: bytes) -> list[bytes]:
    """Return the frames as they are seen."""
    return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(opened(content))]


def test_what_those_see_who_know_no_animated_pngs_is_no_frame() -> None:
    still = Image.new("RGBA", (32, 32), RED)
    content = drawn(
        "PNG", still, save_all=True, default_image=True, append_images=FRAMES, duration=[50, 90]
    )
    kept = opened(checked(content).content.read())
    assert (kept.default_image, kept.n_frames) == (True, 3)
    assert kept.convert("RGBA").getpixel((0, 0)) == RED
    shown = []
    for number in (1, 2):
        kept.seek(number)
        shown.append((kept.info["duration"], kept.convert("RGBA").tobytes()))
    assert shown == list(zip([50, 90], [frame.tobytes() for frame in FRAMES], strict=True))


def test_an_animation_is_turned_upright() -> None:
    content = drawn(
        "PNG", FRAMES[0], save_all=True, append_images=FRAMES[1:], exif=turned(6), duration=70
    )
    turn = Image.Transpose.ROTATE_270
    kept = pixels(checked(content).content.read())
    assert kept == [frame.transpose(turn).tobytes() for frame in FRAMES]


def test_a_variant_of_an_animation_has_its_frames_and_colours() -> None:
    still = Image.new("RGBA", (32, 32), RED)
    png = drawn("PNG", still, save_all=True, default_image=True, append_images=FRAMES)
    assert opened(variant(png)).n_frames == 2
    *_, last = ImageSequence.Iterator(opened(variant(of_two_palettes(0))))
    red, green, _blue, _alpha = colours(last, [(15, 14)])[0]
    assert (red > 200, green < 50) == (True, True)


def variant(content: bytes) -> bytes:
    """Return a variant of 16 by 16 pixels of what is kept of an animation."""
    return opened_stored(checked(content).content, Rendering(16, 16, "c", "WEBP")).rendered()
