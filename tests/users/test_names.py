"""Names that speak for the site, and names that show nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources import registry
from tests.client import Api
from users.names import is_reserved
from users.services.identities import free_username

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.client import Response
    from tests.personas import Persona

RESERVED = (
    "moderator",
    "Moderators",
    "support",
    "ROOT",
    "admin",
    "adm1n",
    "ad-min",
    "m0derator",
    "he1p",
    "holobase",
    "holobase-support",
    "official.holobase",
    "moderator-team",
    "support_team",
    "cards",
    "collection-items",
    "api",
    "healthz",
    "well-known",
    "postmaster",
    "no-reply",
    "me",
    "null",
)
FREE = ("alice", "cardinal", "supporter.of.dragons", "admiral", "rootbeer", "dragon-team", "Mona")
INVISIBLE = (
    "\u200b",
    "\u3164\u3164",
    "\u2800",
    "\u200d\ufe0f",
    "\u00ad \u2060",
    "\U000e0041",
)
TURNING = ("\u202enimda", "alice \u2066x", "\u202a")
SHOWN = (
    "앨리스 Alice",
    "카드 ㅋㅋ",
    "Ольга",
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
    "👩\u200d👩\u200d👧",
    "\u200eאבג",
    "é",
)


def register(**values: object) -> Any:
    profile = {"email": "dana@example.com", "username": "dana", "password": "a correct horse 9"}
    return Api().post("auth/register", profile | values)


def codes(response: Response) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.content
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize("name", RESERVED)
def test_nobody_can_take_a_name_that_speaks_for_the_site(db: None, name: str) -> None:
    assert is_reserved(name)
    if len(name) >= 3:
        assert codes(register(username=name)) == [("username", "reserved")]


@pytest.mark.parametrize("name", FREE)
def test_a_name_that_only_contains_such_a_word_is_free(db: None, name: str) -> None:
    assert not is_reserved(name)
    assert register(username=name).status_code == 202


def test_what_a_resource_is_called_is_nobodys_name(db: None) -> None:
    names = [part for each in registry.all_resources() for part in each.name.split("/")]
    assert [name for name in names if not is_reserved(name)] == []


def test_an_operator_can_reserve_more(db: None, settings: Settings) -> None:
    assert not is_reserved("Emberguild")
    settings.RESERVED_USERNAMES = ["ember-guild"]
    for name in ("Emberguild", "ember_guild", "ember-guild-support", "3mberguild"):
        assert is_reserved(name) is (name != "ember-guild-support")


def test_a_reserved_name_is_no_way_out_at_the_proof_either(db: None) -> None:
    sent = {"token": "x", "username": "moderator"}
    assert codes(Api().post("auth/verify-email/confirm", sent)) == [("username", "reserved")]


def test_no_reserved_name_is_suggested_after_a_provider(db: None) -> None:
    for name in ("admin", "Support", "holobase.team"):
        assert free_username([name]).startswith("member")
    assert free_username(["admin", "Ember Dragon"]).startswith("member")
    assert free_username(["Ember Dragon"]) == "Ember.Dragon"


@pytest.mark.parametrize("name", INVISIBLE)
def test_a_name_shows_something(alice: Persona, name: str) -> None:
    assert codes(register(display_name=name)) == [("display_name", "invisible")]
    assert codes(alice.api.patch("users/me", {"display_name": name}))[0][1] == "invisible"
    for path, field in (("cards", "title"), ("collections", "title"), ("posts", "text")):
        assert codes(alice.api.post(path, {field: name})) == [(field, "invisible")]


@pytest.mark.parametrize("name", TURNING)
def test_a_name_leaves_alone_what_stands_beside_it(alice: Persona, name: str) -> None:
    refused = alice.api.patch("users/me", {"display_name": name})
    assert codes(refused)[0][1] in ("direction_changing", "invisible")
    assert codes(register(display_name=name))[0][0] == "display_name"
    assert alice.api.post("cards", {"title": name}).status_code == 400


@pytest.mark.parametrize("name", SHOWN)
def test_names_of_any_script_and_of_several_are_welcome(alice: Persona, name: str) -> None:
    assert alice.api.patch("users/me", {"display_name": name}).status_code == 200
    assert register(display_name=name).status_code == 202
    assert alice.creates("cards", title=name)["title"]


def test_no_name_at_all_is_not_reserved() -> None:
    """Who confirms an address says another name only if the first has been taken meanwhile."""
    assert not is_reserved("")
