"""Small variants are made of a preview that was kept when the picture came."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from files import services
from files.models import File, Variant
from files.pictures.picture import Rendering
from files.pictures.previews import is_enough
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
        ((744, 1039), (372, 520)),
        ((600, 600), (300, 300)),
        ((599, 900), None),
        ((2000, 650), (1000, 325)),
        ((3000, 4000), (300, 400)),
    ],
)
def test_a_preview_is_a_whole_fraction_of_the_picture(
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
    made = variant(file, Rendering(220, 307, "", "PNG"))
    with default_storage.open(made.key) as stored:
        picture = opened(stored.read())
    assert picture.size == (220, 307)
    greys = [picture.convert("L").getpixel((110, y)) for y in (1, 153, 305)]
    assert greys == pytest.approx([1, 128, 254], abs=3)
    with pytest.raises(Problem) as refused:
        variant(file, Rendering(440, 614, "", "PNG"))
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
    assert is_enough(Rendering(372, 519, "", "PNG"), CARD)
    assert not is_enough(Rendering(373, 521, "", "PNG"), CARD)
    assert not is_enough(Rendering(100, 520, "c", "PNG"), CARD)
    assert not is_enough(Rendering(10, 10, "c", "PNG"), (300, 300))
