"""A record that not everyone may see holds addresses that open its files for an hour or two."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cards.models import Card
from files.access import signatures
from files.access.signatures import WINDOW_SECONDS, expiry, plain_address, signed_address
from files.models import File
from files.unused import note_use
from resources import registry, sealing
from resources.actors import ANONYMOUS, Actor
from resources.ids import new_id
from resources.query.parsing import list_query
from resources.query.plans import list_plan
from tests.client import Browser
from tests.files.test_who_may_fetch import picture_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

START = int(time()) // WINDOW_SECONDS * WINDOW_SECONDS


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the time by which addresses are signed, in seconds after the start of a window."""

    def at(seconds: int) -> None:
        monkeypatch.setattr(signatures, "time", lambda: START + seconds)
        monkeypatch.setattr("files.access.fetching.time", lambda: START + seconds)

    at(10)
    return at


@pytest.fixture
def front(alice: Persona) -> File:
    return picture_of(alice)


@pytest.fixture
def card(alice: Persona, front: File) -> JsonObject:
    made: JsonObject = alice.creates("cards", title="Dragon", front=str(front.pk))
    return made


def opens(address: str) -> Any:
    """Ask for an address as anyone would, without a token."""
    response: Any = Browser().get(address)
    b"".join(response)
    return response


def address_for(person: Persona, card: JsonObject) -> str:
    return str(person.api.get(f"cards/{card['id']}").json()["front"]["url"])


def test_an_address_is_signed_until_anyone_may_see_the_card(
    clock: object, card: JsonObject, front: File, alice: Persona, bob: Persona
) -> None:
    signed = address_for(alice, card)
    assert signed == signed_address(front.key)
    assert opens(signed).status_code == 200
    alice.api.patch(f"cards/{card['id']}", {"status": "published"})
    assert address_for(alice, card) == address_for(bob, card) == plain_address(front.key)


def test_an_address_is_the_same_for_everyone_for_an_hour_and_good_for_one_more(
    clock: Callable[[int], None], card: JsonObject, alice: Persona, moderator: Persona
) -> None:
    clock(0)
    first = address_for(alice, card)
    clock(WINDOW_SECONDS - 1)
    assert address_for(moderator, card) == first
    clock(WINDOW_SECONDS)
    assert address_for(alice, card) != first
    clock(2 * WINDOW_SECONDS - 1)
    answer = opens(first)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=1, immutable")
    clock(2 * WINDOW_SECONDS)
    assert opens(first).status_code == 404


def test_a_tag_changes_with_the_addresses_but_an_edit_is_no_conflict(
    clock: Callable[[int], None], card: JsonObject, alice: Persona
) -> None:
    path = f"cards/{card['id']}"
    for listing in (path, "cards"):
        clock(10)
        tag = alice.api.get(listing)["ETag"]
        known = {"If-None-Match": tag}
        assert alice.api.client.get(f"/api/v1/{listing}", headers=known).status_code == 304
        clock(WINDOW_SECONDS)
        assert alice.api.client.get(f"/api/v1/{listing}", headers=known).status_code == 200
    clock(10)
    tag = alice.api.get(path)["ETag"]
    clock(WINDOW_SECONDS)
    assert alice.api.patch(path, {"title": "Moth"}, if_match=tag).status_code == 200


@pytest.mark.usefixtures("clock", "card")
def test_nothing_of_an_address_can_be_altered(front: File, bob: Persona) -> None:
    address = signed_address(front.key)
    other = picture_of(bob).key
    asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    later = str(int(asked["expires"]) + WINDOW_SECONDS)
    altered = [
        address.replace(front.key, other),
        address.replace(asked["expires"], later),
        address.replace(asked["expires"], f"0{asked['expires']}1"),
        address.replace(asked["expires"], "٣" * 10),
        address[:-1],
        address[:-1] + ("A" if address[-1] != "A" else "E"),
        address + "A",
        address.replace("signature=", "signature=é"),
        address.partition("&")[0],
        plain_address(front.key),
    ]
    assert opens(address).status_code == 200
    assert [opens(each).status_code for each in altered] == [404] * len(altered)


@pytest.mark.usefixtures("clock", "card")
def test_an_address_ends_with_the_last_record_that_shows_the_file(
    card: JsonObject, front: File, alice: Persona
) -> None:
    other = alice.creates("cards", title="Moth", back=str(front.pk))
    address = address_for(alice, card)
    alice.api.delete(f"cards/{card['id']}")
    assert opens(address).status_code == 200
    alice.api.delete(f"cards/{other['id']}")
    note_use(File.objects.filter(pk=front.pk))
    assert opens(address).status_code == 404


@pytest.mark.usefixtures("card")
def test_an_address_opens_one_transform_of_one_file_in_its_window(
    front: File, alice: Persona, bob: Persona, clock: Callable[[int], None]
) -> None:
    """One signature, tried with every other key, transform and window, and by other readers."""
    address, other = signed_address(front.key, "220x0"), picture_of(alice).key
    query_of_other = signed_address(other, "220x0").partition("?")[2]
    clock(WINDOW_SECONDS + 10)
    next_window = signed_address(front.key, "220x0")
    clock(10)
    ends, next_ends = (
        parse_qs(urlsplit(each).query)["expires"][0] for each in (address, next_window)
    )
    good = f"{address}&w=220"
    spelled_otherwise = f"{address}&thumb=220x0&format=auto&dpr=1"
    every_transform = signed_address(front.key)
    table = {
        "as signed": (good, 200),
        "another spelling of the same transform": (spelled_otherwise, 200),
        "the original": (address, 404),
        "another width": (f"{address}&w=110", 404),
        "a height, too": (f"{address}&thumb=220x300", 404),
        "twice the pixels": (f"{address}&w=220&dpr=2", 404),
        "another format": (f"{address}&w=220&format=webp", 404),
        "another quality": (f"{address}&w=220&format=webp&q=40", 404),
        "the signature of another file": (
            f"{plain_address(front.key)}?{query_of_other}&w=220",
            404,
        ),
        "the address of another file": (good.replace(front.key, other), 404),
        "the end of another window": (good.replace(ends, next_ends), 404),
        "any transform, as signed for all": (f"{every_transform}&w=110", 200),
    }
    assert {name: opens(tried).status_code for name, (tried, _status) in table.items()} == {
        name: status for name, (_tried, status) in table.items()
    }
    assert bob.api.client.get(f"{address}&w=110").status_code == 404
    assert bob.api.client.get(plain_address(front.key)).status_code == 404
    clock(2 * WINDOW_SECONDS)
    assert opens(good).status_code == 404
    assert opens(f"{next_window}&w=220").status_code == 200


@pytest.fixture
def keys(settings: Settings) -> Iterator[list[str]]:
    """Stand in for `SEALING_KEYS`, newest first, read anew with each change."""
    first = settings.SEALING_KEYS()
    given = [*first]
    settings.SEALING_KEYS = lambda: given
    sealing.forget_keys()
    yield given
    given[:] = first
    sealing.forget_keys()


@pytest.mark.usefixtures("clock", "card")
def test_addresses_outlive_the_rotation_of_keys(front: File, keys: list[str]) -> None:
    old = signed_address(front.key)
    keys.insert(0, "a new secret that is long enough, too")
    sealing.forget_keys()
    new = signed_address(front.key)
    assert new != old
    assert [opens(each).status_code for each in (old, new)] == [200, 200]
    del keys[1:]
    sealing.forget_keys()
    assert [opens(each).status_code for each in (old, new)] == [404, 200]


@pytest.mark.usefixtures("clock", "card")
def test_a_text_can_not_have_itself_signed(front: File, card: JsonObject, alice: Persona) -> None:
    forged = f"~sealed~{front.key} ~{'0' * 32}~{front.key} {plain_address(front.key)}"
    alice.api.patch(f"cards/{card['id']}", {"description": forged})
    assert alice.api.get(f"cards/{card['id']}").json()["description"] == forged


def test_no_expiry_without_a_number() -> None:
    for expires in ("", "x", "-1", "1e9", "9" * 4000):
        assert expiry("key", {"expires": expires, "signature": "x"}) is None


def test_a_list_for_anyone_pays_for_no_signature() -> None:
    cards = registry.resource_of(Card)
    query = list_query(cards, "")
    for_anyone = list_plan(cards, ANONYMOUS.kind, query)
    for_members = list_plan(cards, Actor(new_id()).kind, query)
    marks = [str(plan.sql).count(signatures.MARK) for plan in (for_anyone, for_members)]
    assert marks[0] == 0 < marks[1]
