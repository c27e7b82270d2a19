"""Small variants are made of a preview that was kept when the picture came."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageChops, ImageStat

from demo.artwork import card_front
from files import services
from files.models import File, Variant
from files.pictures.picture import Rendering
from files.pictures.preview_sizes import is_enough
from files.pictures.rendering import opened_stored
from files.services import store_picture
from files.transforms.variants import PREVIEW, variant
from resources.errors import Problem
from tests.files.drawings import animated, checked, drawn, opened

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

CARD = (744, 1039)


def art() -> Image.Image:
    return Image.linear_gradient("L").resize(CARD).convert("RGB")


@pytest.fixture
def file(alice: Persona) -> File:
    return store_picture(by=alice.actor, upload=BytesIO(drawn("PNG", art())))


@pytest.mark.parametrize(
    ("size", "preview"),
    [
        (CARD, (440, 614)),
        ((600, 600), (440, 440)),
        ((599, 900), None),
        ((2000, 650), (1354, 440)),
        ((3000, 4000), (440, 587)),
        ((600, 3200), None),
    ],
)
def test_the_shorter_side_of_a_preview_is_as_wide_as_a_card_in_a_grid(
    size: tuple[int, int], preview: tuple[int, int] | None
) -> None:
    content = checked(drawn("JPEG", Image.new("RGB", size, "teal"))).preview
    assert (opened(content).size if content else None) == preview


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_jpeg_cannot_hold_has_no_preview(mode: str) -> None:
    assert checked(drawn("PNG", art().convert(mode))).preview == b""
    assert checked(animated("GIF")).preview == b""


def test_small_variants_are_made_of_the_preview_alone(file: File) -> None:
    default_storage.delete(file.key)
    for width, height in ((220, 307), (440, 614)):
        made = variant(file, Rendering(width, height, "", "WEBP"))
        with default_storage.open(made.key) as stored:
            picture = opened(stored.read())
        assert picture.size == (width, height)
        middle = width // 2
        greys = [picture.convert("L").getpixel((middle, y)) for y in (1, height // 2, height - 2)]
        assert greys == pytest.approx([1, 128, 254], abs=3)
    with pytest.raises(Problem) as refused:
        variant(file, Rendering(660, 922, "", "PNG"))
    assert refused.value.status == 404


def test_variants_are_made_of_the_original_where_the_preview_is_gone(file: File) -> None:
    default_storage.delete(Variant.objects.get(name=PREVIEW).key)
    assert variant(file, Rendering(220, 307, "", "WEBP")).digest


def test_a_preview_stays_as_long_as_its_file(file: File, settings: Settings) -> None:
    settings.MOST_VARIANTS = 1
    for size in (10, 20):
        variant(file, Rendering(size, size, "c", "WEBP"))
    kept = Variant.objects.order_by("pk").values_list("name", flat=True)
    assert list(kept) == [PREVIEW, "20x20c.webp"]
    keys = [row.key for row in Variant.objects.select_related("file")]
    services.discard_unused([file.pk])
    assert not any(default_storage.exists(key) for key in keys)


def test_a_preview_is_never_scaled_up() -> None:
    assert is_enough(Rendering(440, 614, "", "PNG"), CARD)
    assert not is_enough(Rendering(441, 616, "", "PNG"), CARD)
    assert not is_enough(Rendering(100, 615, "c", "PNG"), CARD)
    assert not is_enough(Rendering(10, 10, "c", "PNG"), (599, 900))


def test_a_variant_of_a_preview_looks_like_one_of_the_picture() -> None:
    picture = Image.open(BytesIO(card_front("fire", "rare", 3))).convert("RGB")
    content = drawn("PNG", picture.resize(CARD, Image.Resampling.LANCZOS))
    preview = checked(content).preview
    for size in ((440, 614), (220, 307), (110, 153)):
        rendering = Rendering(*size, "", "PNG")
        two = [
            opened(opened_stored(BytesIO(of), rendering).rendered()) for of in (content, preview)
        ]
        difference = ImageStat.Stat(ImageChops.difference(*two))
        assert max(difference.rms) < 3
