"""Records offer narrower variants of their pictures, ready for `<img srcset>`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from PIL import Image

from files.models import File
from files.resources import SCHEMAS
from files.transforms.srcset import variants
from tests.client import Browser
from tests.files.drawings import drawn, opened

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

PUBLIC = {"status": "published", "visibility": "public"}


def card(owner: Persona, width: int, **values: object) -> Any:
    content = drawn("PNG", Image.effect_noise((width, 40), 60).convert("RGB"))
    front = SimpleUploadedFile("front.png", content)
    sent = owner.api.upload("cards", {"title": "Dragon", "front": front, **values})
    assert sent.status_code == 201, sent.content
    return sent.json()


def candidates(picture: Any) -> list[tuple[str, str]]:
    """Read a `srcset`: addresses with the widths that they are said to have."""
    return [
        (address, width)
        for candidate in picture["variants"]["srcset"].split(", ")
        for address, width in [candidate.split(" ")]
    ]


@pytest.mark.parametrize(
    ("width", "offered"),
    [(219, []), (220, [220]), (660, [220, 440, 660]), (900, [220, 440, 660, 880])],
)
def test_variants_that_are_no_wider_than_the_picture_are_offered(
    alice: Persona, width: int, offered: list[int]
) -> None:
    front = card(alice, width, **PUBLIC)["front"]
    expected = ", ".join(f"{front['url']}?w={each} {each}w" for each in offered)
    assert front["variants"] == {"srcset": expected}
    for address, described in candidates(front) if offered else []:
        response: Any = Browser().get(address)
        assert f"{opened(response.getvalue()).width}w" == described


def test_a_private_picture_offers_signed_addresses(alice: Persona) -> None:
    front = card(alice, 500)["front"]
    assert "signature=" in front["url"]
    assert candidates(front) == [(f"{front['url']}&w={each}", f"{each}w") for each in (220, 440)]


def test_only_sizes_that_the_operator_allows_are_offered(
    alice: Persona, settings: Settings
) -> None:
    settings.PICTURE_SIZES = [440]
    front = card(alice, 600)["front"]
    [offered] = File.objects.filter(pk=front["id"]).values_list(variants(F("key")), flat=True)
    assert "?w=440 440w" in str(offered)
    assert "220w" not in str(offered)


def test_what_is_described_is_what_is_answered(alice: Persona) -> None:
    front = card(alice, 300)["front"]
    assert list(front) == list(SCHEMAS)
