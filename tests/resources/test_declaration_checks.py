"""A declaration that can't work is found at start-up, by name."""

from __future__ import annotations

import pytest

from cards.models import Card
from resources import registry
from resources.checks import check_declarations, check_resource
from resources.declaration import ListOption, Resource, actor
from resources.rules import ANYONE, SIGNED_IN, Rule, linked, own, visible, where
from users.models import User


def problems(**declared: object) -> list[str]:
    """Declare cards badly and return the ids and words of what the checks find."""
    shown = {"fields": ("id", "title"), **declared}
    declaration = type("BadResource", (Resource,), shown)
    return [f"{error.id} {error.msg}" for error in check_resource(declaration(Card))]


def linked_by(through: str, *, row: str) -> Rule:
    return linked(through, row=row, member="user", words="whoever likes it")


def test_the_shipped_declarations_are_sound() -> None:
    assert check_declarations() == []


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({"filters": ("colour",)}, "resources.E001"),
        ({"ordering": ("-age",)}, "resources.E001"),
        ({"view": where(colour="red")}, "resources.E002"),
        ({"view": visible("title")}, "resources.E002"),
        ({"readers": {"title": own("colour")}}, "resources.E002"),
        ({"create": ANYONE}, "resources.E003"),
        ({"delete": SIGNED_IN | ANYONE}, "resources.E003"),
        ({"filters": ("description",)}, "resources.E004"),
        ({"expand": ("title",)}, "resources.E005"),
        ({"sorts_scanned": ("title.length",)}, "resources.E006"),
        ({"fields": ("title",)}, "resources.E008"),
        ({"writable": ("version",)}, "resources.E008"),
        ({"writable": ("creator",), "presets": {"creator": actor}}, "resources.E008"),
        ({"scans": ("description",)}, "resources.E008"),
        ({"viewer": {"liked": linked_by("cards.CardLike", row="binder")}}, "resources.E002"),
        ({"viewer": {"liked": linked_by("cards.Nothing", row="card")}}, "resources.E002"),
        ({"viewer": {"a.b": own("creator")}}, "resources.E011"),
        ({"readers": {"id": own("creator")}}, "resources.E010"),
        ({"sorts_scanned": ("description",)}, "resources.E012"),
        ({"readers": {"title": own("creator")}, "search": ("title",)}, "resources.E010"),
        ({"readers": {"creator": own("creator")}, "topics": ("creator",)}, "resources.E010"),
        ({"options": {"mode": {}}}, "resources.E013"),
        ({"options": {"mode": {"top": ListOption("best", sort="-age")}}}, "resources.E013"),
        ({"options": {"mode": {"top": ListOption("best", where(colour=1))}}}, "resources.E002"),
    ],
)
def test_a_contributor_is_told_what_is_wrong(declared: dict[str, object], problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(**declared)), problems(**declared)


def test_a_name_and_a_model_can_be_taken_once() -> None:
    with pytest.raises(Exception, match="is taken"):
        registry.register(User)(type("Again", (Resource,), {}))
