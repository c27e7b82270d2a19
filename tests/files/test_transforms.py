"""What may be asked of a picture, and what it comes to."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from files.models import File
from files.pictures import rendering
from files.pictures.picture import Rendering
from files.pictures.rendering import opened_stored
from files.services import store_picture
from files.transforms.transform import Transform, requested_transform
from tests.client import Browser
from tests.files.drawings import drawn, opened
from tests.files.stored import address_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

CARD = (372, 520)
TOP, MIDDLE, BOTTOM = (250, 0, 0), (0, 250, 0), (0, 0, 250)
EVERYTHING = "image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


def card() -> Image.Image:
    """Draw a card of three bands: what a crop keeps of it can be told by its colour."""
    picture = Image.new("RGB", CARD)
    for top, colour in ((0, TOP), (160, MIDDLE), (360, BOTTOM)):
        picture.paste(colour, (0, top, *CARD))
    return picture


def moving(kind: str, **options: object) -> bytes:
    """Return an animation of three frames of noise."""
    frames = [Image.effect_noise((120, 90), spread).convert("RGB") for spread in (30, 60, 90)]
    return drawn(kind, frames[0], save_all=True, append_images=frames[1:], duration=70, **options)


def stored(alice: Persona, content: bytes) -> File:
    return store_picture(by=alice.actor, upload=BytesIO(content))


def fetch(file: File, query: str, accept: str = "*/*") -> tuple[Any, bytes]:
    response: Any = Browser().get(address_of(file, query), headers={"accept": accept})
    return response, response.getvalue()


def shown(file: File, query: str, accept: str = "*/*") -> Image.Image:
    response, body = fetch(file, query, accept)
    assert response.status_code == 200, body
    picture: Image.Image = opened(body)
    assert response["Content-Type"] == Image.MIME[picture.format or ""]
    assert int(response["Content-Length"]) == len(body)
    return picture


def is_near(picture: Image.Image, place: tuple[int, int], colour: Sequence[int]) -> bool:
    there: Any = picture.convert("RGB").getpixel(place)
    return all(abs(one - other) < 40 for one, other in zip(there, colour, strict=True))


@pytest.mark.parametrize(
    ("query", "size", "top", "bottom"),
    [
        ("thumb=100x50", (100, 50), MIDDLE, MIDDLE),
        ("thumb=100x50t", (100, 50), TOP, MIDDLE),
        ("thumb=100x50b", (100, 50), MIDDLE, BOTTOM),
        ("thumb=100x100f", (72, 100), TOP, BOTTOM),
        ("thumb=0x100", (72, 100), TOP, BOTTOM),
        ("thumb=100x0", (100, 140), TOP, BOTTOM),
        ("w=100", (100, 140), TOP, BOTTOM),
        ("h=100", (72, 100), TOP, BOTTOM),
        ("w=100&h=50", (100, 50), MIDDLE, MIDDLE),
        ("w=100&h=50&fit=cover", (100, 50), MIDDLE, MIDDLE),
        ("w=100&h=100&fit=contain", (72, 100), TOP, BOTTOM),
        ("w=100&h=100&fit=inside", (72, 100), TOP, BOTTOM),
        ("w=50&dpr=2", (100, 140), TOP, BOTTOM),
        ("w=100&dpr=1.5", (150, 210), TOP, BOTTOM),
        # Nothing is scaled up: the box shrinks to the picture.
        ("w=1760", CARD, TOP, BOTTOM),
        ("thumb=1000x1000f", CARD, TOP, BOTTOM),
        ("thumb=1000x1000", (372, 372), TOP, BOTTOM),
        ("thumb=1000x500t", (372, 186), TOP, MIDDLE),
        ("dpr=3", CARD, TOP, BOTTOM),
        ("thumb=&w=", CARD, TOP, BOTTOM),
    ],
)
def test_a_size_is_cut_or_fitted_as_pocketbase_does(
    alice: Persona, query: str, size: tuple[int, int], top: Sequence[int], bottom: Sequence[int]
) -> None:
    file = stored(alice, drawn("PNG", card()))
    picture = shown(file, query)
    assert (picture.size, picture.format) == (size, "PNG")
    assert is_near(picture, (size[0] // 2, 1), top)
    assert is_near(picture, (size[0] // 2, size[1] - 2), bottom)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("thumb=101x100", "thumb"),
        ("thumb=100", "thumb"),
        ("thumb=0x0", "thumb"),
        ("thumb=100x100c", "thumb"),
        ("thumb=-100x100", "thumb"),
        ("thumb=100x100&w=100", "thumb"),
        ("thumb=%EF%BC%99%EF%BC%99x100", "thumb"),
        ("w=221", "w"),
        ("w=1e2", "w"),
        ("h=99999999999", "h"),
        ("w=100&fit=fill", "fit"),
        ("w=100&format=bmp", "format"),
        ("w=100&q=100", "q"),
        ("w=100&dpr=1.1", "dpr"),
    ],
)
def test_what_is_not_listed_is_refused_by_name(alice: Persona, query: str, name: str) -> None:
    response, _body = fetch(stored(alice, drawn("PNG")), query)
    assert (response.status_code, response.json()["code"]) == (400, "bad_parameter")
    [error] = response.json()["errors"]
    assert (error["field"], error["code"]) == (name, "bad_transform")


def test_a_refusal_names_the_sizes_there_are(alice: Persona, settings: Settings) -> None:
    settings.PICTURE_SIZES = [10, 20]
    response, _body = fetch(stored(alice, drawn("PNG")), "w=100")
    assert "10, 20" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("w=100", EVERYTHING, "AVIF"),
        ("w=100&format=auto", EVERYTHING, "AVIF"),
        ("w=100", "image/webp,*/*", "WEBP"),
        ("w=100", "IMAGE/WebP ; q=0.9 , */*", "WEBP"),
        ("w=100", "image/avif;q=0,image/webp", "WEBP"),
        ("w=100", "*/*", "PNG"),
        ("w=100", "image/*", "PNG"),
        ("w=100&format=webp", "*/*", "WEBP"),
        ("w=100&format=avif", "*/*", "AVIF"),
        ("w=100&format=png", EVERYTHING, "PNG"),
        ("w=100&format=jpeg", EVERYTHING, "JPEG"),
        ("format=webp", EVERYTHING, "WEBP"),
    ],
)
def test_the_format_is_what_was_asked_for_or_what_the_client_takes(
    alice: Persona, query: str, accept: str, kind: str
) -> None:
    file = stored(alice, drawn("PNG", Image.effect_noise(CARD, 60).convert("RGB")))
    response, body = fetch(file, query, accept)
    assert opened(body).format == kind
    is_negotiated = "format=" not in query or "auto" in query
    assert ("Accept" in response.get("Vary", "").split(", ")) == is_negotiated


def test_one_transform_has_one_spelling() -> None:
    same = ({"thumb": "100x0f"}, {"w": "100"}, {"w": "50", "dpr": "2"}, {"w": "100", "h": ""})
    assert {str(requested_transform(query)) for query in same} == {"100x0"}
    assert str(requested_transform({"w": "100", "h": "50"})) == "100x50"
    query = {"thumb": "100x50t", "format": "webp", "q": "60"}
    assert str(requested_transform(query)) == "100x50t.webp.q60"
    assert str(requested_transform({"w": "100", "format": "png", "q": "60"})) == "100x0.png"
    assert requested_transform({"download": "1"}) is None
    assert requested_transform({"format": "auto"}) == Transform()


def test_a_quality_changes_the_bytes(alice: Persona) -> None:
    file = stored(alice, drawn("PNG", Image.effect_noise(CARD, 60).convert("RGB")))
    sizes = [len(fetch(file, f"w=200&format=webp&q={quality}")[1]) for quality in (40, 75, 90)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


def test_transparency_stays_or_becomes_white(alice: Persona) -> None:
    clear = Image.new("RGBA", CARD, (255, 0, 0, 0))
    file = stored(alice, drawn("PNG", clear))
    for kind in ("png", "webp", "avif"):
        alpha: Any = shown(file, f"w=100&format={kind}").convert("RGBA").getpixel((5, 5))
        assert alpha[3] == 0
    assert is_near(shown(file, "w=100&format=jpeg"), (5, 5), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_every_mode_can_be_made_smaller(alice: Persona, mode: str) -> None:
    grey = Image.linear_gradient("L").resize(CARD)
    picture = grey.convert("I").point(lambda value: value * 256).convert("I;16")
    file = stored(alice, drawn("PNG", picture if mode == "I;16" else grey.convert(mode)))
    smaller = shown(file, "w=100").convert("L")
    assert smaller.size == (100, 140)
    assert [smaller.getpixel((50, y)) for y in (2, 70, 137)] == pytest.approx([2, 128, 252], abs=12)


def test_nothing_is_larger_than_the_original(alice: Persona) -> None:
    # As JPEG far smaller than as PNG or at its best.
    file = stored(alice, drawn("JPEG", Image.effect_noise(CARD, 60).convert("RGB"), quality=5))
    for query in ("format=png", "format=webp&q=90", "q=90", "w=360&format=png"):
        response, body = fetch(file, query)
        assert len(body) <= file.size, query
        assert response["Content-Type"] in ("image/jpeg", "image/webp")
    response, _body = fetch(file, "format=png")
    assert response["ETag"] == file.entity_tag


@pytest.mark.parametrize(
    ("kind", "query", "accept", "made", "frames"),
    [
        ("GIF", "w=32", "*/*", "GIF", 3),
        ("GIF", "w=32", EVERYTHING, "WEBP", 3),
        ("WEBP", "w=32", "*/*", "WEBP", 3),
        ("WEBP", "w=32&format=avif", "*/*", "AVIF", 3),
        ("PNG", "w=32", "*/*", "PNG", 3),
        ("PNG", "w=32&format=webp", "*/*", "WEBP", 3),
        ("WEBP", "thumb=24x24", "*/*", "WEBP", 3),
        ("WEBP", "w=32&format=jpeg", "*/*", "JPEG", 1),
    ],
)
def test_an_animation_stays_one(
    alice: Persona, kind: str, query: str, accept: str, made: str, frames: int
) -> None:
    file = stored(alice, moving(kind))
    picture = shown(file, query, accept)
    assert (picture.format, picture.size[0]) == (made, 24 if "thumb" in query else 32)
    assert getattr(picture, "n_frames", 1) == frames


def test_a_long_animation_becomes_its_first_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    smaller = Rendering(20, 15, "", "WEBP")
    content = moving("GIF")
    for most, frames in ((3 * 20 * 15, 3), (3 * 20 * 15 - 1, 1)):
        monkeypatch.setattr(rendering, "MOST_ANIMATED_PIXELS", most)
        made = opened(opened_stored(BytesIO(content), smaller).rendered())
        assert (made.size, made.n_frames) == ((20, 15), frames)


@pytest.mark.parametrize(
    ("kind", "loop", "made", "expected"),
    [
        ("GIF", None, "WEBP", 1),
        ("GIF", 0, "WEBP", 0),
        ("GIF", 2, "WEBP", 3),
        ("GIF", None, "GIF", None),
        ("GIF", 2, "GIF", 2),
        ("WEBP", 1, "GIF", None),
        ("WEBP", 3, "GIF", 2),
        ("WEBP", 0, "GIF", 0),
        ("WEBP", 3, "PNG", 3),
    ],
)
def test_an_animation_plays_as_often_as_the_original(
    kind: str, loop: int | None, made: str, expected: int | None
) -> None:
    options: JsonObject = {} if loop is None else {"loop": loop}
    content = moving(kind, **options)
    variant = opened(opened_stored(BytesIO(content), Rendering(20, 15, "", made)).rendered())
    assert (variant.format, variant.n_frames, variant.info.get("loop")) == (made, 3, expected)


def test_what_is_no_picture_has_no_variants(alice: Persona) -> None:
    file = stored(alice, drawn("PNG"))
    File.objects.filter(pk=file.pk).update(content_type="application/pdf")
    response, _body = fetch(file, "w=100")
    assert (response.status_code, response.json()["code"]) == (400, "not_a_picture")


@pytest.mark.parametrize("size", [(114, 111), (121, 243), (220, 307), (440, 614)])
@pytest.mark.parametrize("crop", ["c", "t", "b"])
def test_a_part_never_ends_beyond_the_picture(size: tuple[int, int], crop: str) -> None:
    content = drawn("PNG", Image.new("RGB", size))
    for width, height in ((100, 100), (110, 220), (100, 50)):
        if width <= size[0] and height <= size[1]:
            made = opened_stored(BytesIO(content), Rendering(width, height, crop, "PNG")).rendered()
            assert opened(made).size == (width, height)
