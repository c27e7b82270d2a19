"""How a card looks where it is shared: its surface shimmers, and its title can be read."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from PIL import Image, ImageChops, ImageStat

from cards.share import composing
from cards.share.composing import SIZE, CardDetails, Composition
from cards.share.lettering import TOFU, drawable, fitted, font
from files.pictures.picture import PictureError
from templates_app.effects import PRESETS
from tests.files.corpus.shown import patches
from tests.files.drawings import drawn, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.json_text import JsonObject

FRONT = drawn("PNG", patches().resize((250, 350)))
CARD, WORDS = (90, 50, 510, 580), (580, 150, 1190, 480)


def shown(title: str = "Ember Dragon", **shimmer: object) -> CardDetails:
    return CardDetails(title, "by hana", "epic", "Epic", "cards.example.com", shimmer=shimmer)


def picture(about: CardDetails, *layers: bytes) -> Image.Image:
    """Return the share picture of a front, and of a mask and a foil texture if they are given."""
    parts = [*(layers or [FRONT]), b"", b""][:3]
    made = Composition(b"".join(parts), about, [len(part) for part in parts])
    image: Image.Image = opened(made.rendered())
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image, part: Sequence[int]) -> float:
    """Return by how much two pictures differ in a part, of 255, in the mean."""
    box = (part[0], part[1], part[2], part[3])
    pixels = ImageChops.difference(one.crop(box), other.crop(box))
    return sum(ImageStat.Stat(pixels).mean) / 3


def test_each_preset_shimmers_otherwise() -> None:
    pictures = {preset: picture(shown(preset=preset)) for preset in PRESETS}
    assert {image.size for image in pictures.values()} == {SIZE}
    far = {
        (one, other): difference(pictures[one], pictures[other], CARD)
        for one, other in combinations(PRESETS, 2)
    }
    assert {pair: value for pair, value in far.items() if value < 5} == {}


def test_a_surface_is_the_same_each_time() -> None:
    assert picture(shown(preset="cosmos")).tobytes() == picture(shown(preset="cosmos")).tobytes()


@pytest.mark.parametrize(
    "other", [{"intensity": 0.1}, {"angle": 90}, {"colours": ["#00ff00"]}, {"glare": 1}]
)
def test_what_the_effects_say_is_seen(other: JsonObject) -> None:
    usual, changed = (picture(shown(preset="holo", **more)) for more in ({}, other))
    assert difference(usual, changed, CARD) > 2


def test_there_is_foil_where_the_mask_says_so() -> None:
    half = Image.new("L", (10, 10))
    half.paste(255, (0, 0, 10, 5))
    masked = picture(shown(preset="gold"), FRONT, drawn("PNG", half))
    plain = picture(shown(preset="none"), FRONT)
    upper, lower = (150, 80, 450, 280), (150, 350, 450, 550)
    assert difference(masked, plain, upper) > 10
    assert difference(masked, plain, lower) < 2


def test_a_foil_texture_is_seen() -> None:
    texture = drawn("PNG", Image.linear_gradient("L"))
    assert (
        difference(
            picture(shown(preset="holo")), picture(shown(preset="holo"), FRONT, b"", texture), CARD
        )
        > 2
    )


def test_a_korean_title_is_drawn_and_no_boxes() -> None:
    glyphs = {bytes(font(40).getmask(each)) for each in ("한", "글", TOFU)}
    assert len(glyphs) == 3
    title = "잿불 드래곤"
    composed, decomposed = (picture(shown(normalize(form, title))) for form in ("NFC", "NFD"))
    assert difference(composed, picture(shown("")), WORDS) > 1
    assert difference(composed, decomposed, WORDS) == 0


def test_what_the_font_has_not_is_left_out() -> None:
    assert drawable("드래곤 🐉 Dragon\tЮля ドラゴン 龍") == "드래곤 Dragon Юля ドラゴン 龍"
    assert difference(picture(shown("🐉")), picture(shown("")), WORDS) == 0


def test_a_long_title_ends_with_an_ellipsis() -> None:
    for title in ("드" * 120, "Ember dragon of the seventh moon " * 4):
        size, lines = fitted(title, range(72, 40, -4), 550, 3)
        assert (size, len(lines)) == (44, 3)
        assert lines[-1].endswith("…")
        assert all(font(size).getlength(line) <= 550 for line in lines)
    assert fitted("Ember", range(72, 40, -4), 550, 3) == (72, ["Ember"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("mode", ["RGB", "P", "L"])
def test_a_front_of_any_kind_is_drawn(kind: str, mode: str) -> None:
    if (kind, mode) == ("JPEG", "P"):
        mode = "RGB"
    assert picture(shown(preset="radiant"), drawn(kind, patches(mode))).size == SIZE


def test_fronts_that_are_too_large_or_none_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PictureError):
        picture(shown(), b"no picture")
    monkeypatch.setattr(composing, "MOST_PIXELS", SIZE[0] * SIZE[1])
    with pytest.raises(PictureError) as refused:
        picture(shown())
    assert refused.value.code == "too_many_pixels"


@pytest.mark.parametrize("title", ["Ember Dragon", "A Very Long Title " * 6])
def test_what_fills_the_slots_is_written_below(title: str) -> None:
    below, site = (580, 360, 1190, 550), (580, 552, 1190, 620)
    plain = picture(shown(title))
    filled = picture(replace(shown(title), slots="Power 120 · 한 번 본 용 · " + "words " * 60))
    assert difference(plain, filled, below) > 2
    assert difference(plain, filled, site) < 1, "and over nothing else"
