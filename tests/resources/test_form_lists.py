"""Lists in multipart forms: repeated parts, or one part of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.mark.parametrize(
    ("parts", "tags"),
    [
        (["fire"], ["fire"]),
        (["fire", "water"], ["fire", "water"]),
        (['["fire", "water"]'], ["fire", "water"]),
        ([" []"], []),
        ([""], []),
        (["null", "true"], ["null", "true"]),
    ],
)
def test_a_form_can_repeat_a_part(alice: Persona, parts: list[str], tags: list[str]) -> None:
    created = alice.api.upload("cards", {"title": "Dragon", "tags": parts})
    assert (created.status_code, created.json().get("tags")) == (201, tags)


def test_a_form_without_the_part_leaves_the_default(alice: Persona) -> None:
    assert alice.api.upload("cards", {"title": "Dragon"}).json()["tags"] == []


@pytest.mark.parametrize("parts", [["fire", "fire"], ["fire!"], ["[fire"], ['["fire"', "water"]])
def test_a_wrong_list_is_an_error_of_its_field(alice: Persona, parts: object) -> None:
    refused = alice.api.upload("cards", {"title": "Dragon", "tags": parts})
    assert refused.status_code == 400
    assert {error["field"].partition(".")[0] for error in refused.json()["errors"]} == {"tags"}


def test_unknown_fields_do_not_hide_the_others(alice: Persona) -> None:
    refused = alice.api.post("cards", {"titel": "Dragon", "rarity": "nope"})
    assert {error["field"] for error in refused.json()["errors"]} == {"rarity", "title", "titel"}
