"""What trusted services say in rooms: who may, who hears it, and how much at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group

from realtime import bell
from realtime.rooms import triggers
from realtime.rooms.registry import rooms
from tests.client import Api
from tests.personas import new_member
from tests.realtime.conftest import signed_in

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona
    from tests.realtime.conftest import Live

PATH = "realtime/trigger"


def key_of(persona: Persona, *scopes: str) -> Api:
    return Api(persona.creates("auth/api-keys", name="Bot", scopes=list(scopes))["secret"])


def keeper(*roles: str) -> Persona:
    """Return a member with roles, which are gone where rows were committed before."""
    for role in roles:
        Group.objects.get_or_create(name=role)
    return new_member("keeper", roles=roles)


def message(**more: object) -> JsonObject:
    return {"room": "lobby", "event": "drop", "payload": {"left": 3}, **more}


def says(api: Api, *messages: dict[str, object]) -> Any:
    return api.post(PATH, {"messages": list(messages)})


@pytest.fixture
def service(transactional_db: None) -> Api:
    """Return the client of a trusted service."""
    return key_of(keeper("admin"), "rooms:write")


async def enters(persona: Persona, room: str = "lobby") -> tuple[Live, Any]:
    live = await signed_in(persona)
    await live.send({"type": "join", "ref": "1", "room": room})
    return live, (await live.receive())["you"]


def test_all_in_the_room_hear_in_order_as_if_a_peer_had_said_it(
    service: Api, dana: Persona, eve: Persona
) -> None:
    async def go() -> None:
        hers, _she = await enters(dana)
        other, _who = await enters(eve, "elsewhere")
        said = [message(payload=number) for number in range(100)]
        answer = await sync_to_async(says)(service, *said)
        assert (answer.status_code, answer.content) == (202, b"")
        heard = [await hers.receive() for _number in range(100)]
        frame = {"type": "broadcast", "room": "lobby", "from": None, "event": "drop"}
        assert heard == [{**frame, "payload": number} for number in range(100)]
        assert await other.is_quiet()
        for live in (hers, other):
            await live.close()

    asyncio.run(go())


def test_one_peer_or_all_devices_of_a_user_can_be_told_alone(
    service: Api, dana: Persona, eve: Persona
) -> None:
    async def go() -> None:
        phone, peer = await enters(dana)
        laptop, _peer = await enters(dana)
        other, _peer = await enters(eve)
        for live, joined in ((phone, 2), (laptop, 1)):
            for _number in range(joined):
                await live.receive()
        await sync_to_async(says)(service, message(to=peer["id"]), message(to=dana.id, payload=2))
        assert [(await phone.receive())["payload"] for _number in range(2)] == [{"left": 3}, 2]
        assert (await laptop.receive())["payload"] == 2
        assert await other.is_quiet()
        for live in (phone, laptop, other):
            await live.close()

    asyncio.run(go())


def test_a_room_with_nobody_in_it_hears_nothing(service: Api) -> None:
    assert says(service, message(room="cards/nobody/there")).status_code == 202


@pytest.mark.parametrize(
    ("scopes", "roles", "code"),
    [
        (["rooms:write"], [], "not_permitted"),
        (["*:write"], ["moderator"], "not_permitted"),
        (["rooms:read", "cards:write"], ["admin"], "insufficient_scope"),
        (["*:write"], ["admin"], None),
    ],
)
def test_only_keys_of_admins_with_the_scope_may(
    transactional_db: None, scopes: list[str], roles: list[str], code: str | None
) -> None:
    answer = says(key_of(keeper(*roles), *scopes), message())
    assert answer.status_code == (403 if code else 202)
    assert not code or answer.json()["code"] == code


def test_no_person_may_and_nobody_without_a_token(admin: Persona, anonymous: Persona) -> None:
    assert says(admin.api, message()).status_code == 403
    assert says(anonymous.api, message()).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"room": "No Room"}, "messages.0.room"),
        ({"event": ""}, "messages.0.event"),
        ({"event": "x" * 101}, "messages.0.event"),
        ({"payload": "x" * 16 * 1024}, "messages.0.payload"),
    ],
)
def test_what_is_wrong_is_named(service: Api, wrong: dict[str, object], field: str) -> None:
    answer = says(service, message(**wrong))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("count", [0, 101])
def test_a_request_has_one_to_a_hundred_messages(service: Api, count: int) -> None:
    assert says(service, *[message()] * count).status_code == 400


def test_it_is_limited_as_writes_are(service: Api, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "1/min"}
    assert says(service, message()).status_code == 202
    assert says(service, message()).status_code == 429


def test_a_process_without_rooms_says_when_it_can_reach_none(
    service: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROLE = "api"
    expected = 202 if bell.is_shared() else 503
    assert says(service, message()).status_code == expected
    monkeypatch.setattr(triggers, "is_shared", lambda: True)
    monkeypatch.setattr(triggers, "get_channel_layer", lambda: None)
    answer = says(service, message())
    assert (answer.status_code, answer.json()["code"]) == (503, "rooms_unreachable")


@pytest.mark.servers
def test_it_reaches_rooms_of_other_processes_over_the_layer(
    service: Api, dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a real layer a process without rooms of its own is heard by the one that has them."""
    monkeypatch.setattr(triggers, "known_rooms", list)

    async def go() -> None:
        hers, _she = await enters(dana)
        while rooms().bus.waiting.qsize():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        assert (await sync_to_async(says)(service, message())).status_code == 202
        assert (await hers.receive())["from"] is None
        await hers.close()

    asyncio.run(go())
