"""What operators see of live connections: numbers, and whether the log is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from prometheus_client.parser import text_string_to_metric_families

from files.storage import set_up_storage
from realtime.hub import hub
from resources.actors import SYSTEM
from tests.client import Browser
from tests.realtime.conftest import signed_in
from tests.realtime.test_event_stream import Stream, creates
from users.services.sessions import end_sessions

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

PREFIX = "holobase_realtime_"


@sync_to_async
def numbers() -> dict[str, float]:
    """Read `/metrics`; a label other than the process's follows the name after a space."""
    text = Browser().get("/metrics").content.decode()
    return {
        " ".join([sample.name.removeprefix(PREFIX), *_kinds(sample.labels)]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(PREFIX)
    }


def _kinds(labels: dict[str, str]) -> list[str]:
    return [value for name, value in labels.items() if name != "process"]


@sync_to_async
def readiness() -> tuple[int, str]:
    response = Browser().get("/readyz")
    return response.status_code, response.json()["parts"]["realtime"]


@sync_to_async
def signs_out(persona: Persona) -> None:
    assert persona.user is not None
    end_sessions(persona.user, by=SYSTEM)


def test_an_operator_sees_who_listens_and_what_they_heard(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        before = await numbers()
        lives = [await signed_in(dana), await signed_in(eve)]
        stream = Stream("topic=cards", Authorization=dana.authorization)
        await stream.open()
        for live in lives:
            await live.subscribe("cards")
        await lives[0].send({"type": "join", "ref": "1", "room": "lobby"})
        assert (await lives[0].receive())["type"] == "joined"
        await creates(dana, "Dragon")
        for live in lives:
            await live.receive()
        now = await numbers()
        assert (now["connections websocket"], now["connections event_stream"]) == (2, 1)
        assert (now["subscriptions"], now["rooms"], now["peers"]) == (3, 1, 1)
        assert 1 <= now["audiences"] <= 2
        assert 0 <= now["behind_seconds"] < 5
        made = {name: now[name] - before[name] for name in now}
        assert made["deliveries_total"] == 3
        assert 1 <= made["events_total"] <= 3
        assert made["delivery_seconds_count"] >= 1
        assert made["delivery_seconds_bucket +Inf"] == made["delivery_seconds_count"]
        assert 0 < made["delivery_seconds_sum"] < 5
        await signs_out(dana)
        assert (await lives[0].receive())["type"] == "revoked"
        assert (await numbers())["revoked_total"] - before["revoked_total"] >= 1
        for live in lives:
            await live.close()
        await stream.close()
        after = await numbers()
        assert (after["connections websocket"], after["subscriptions"]) == (0, 0)

    asyncio.run(go())


def test_what_is_resumed_is_counted(dana: Persona) -> None:
    async def go() -> None:
        live = await signed_in(dana)
        start = (await live.subscribe("cards"))["cursor"]
        await creates(dana, "Dragon")
        await live.receive()
        before = await numbers()
        await live.subscribe("cards", "2", since=start)
        await live.receive()
        assert (await numbers())["replays_total"] - before["replays_total"] == 1
        await live.close()

    asyncio.run(go())


@pytest.mark.parametrize("way", ["ended", "stuck"])
def test_a_process_whose_log_is_not_read_is_not_ready(
    dana: Persona, settings: Settings, way: str
) -> None:
    set_up_storage()

    async def go() -> None:
        live = await signed_in(dana)
        await live.subscribe("cards")
        assert await readiness() == (200, "ok")
        if way == "ended":
            hub().pump.cancel()
            reason = "unavailable: the pump has ended"
        else:
            hub().caught_up_at -= settings.REALTIME_STUCK_SECONDS + 100
            reason = "unavailable: the log was not read for 115 seconds"
        await asyncio.sleep(0)
        assert await readiness() == (503, reason)
        await live.close()

    asyncio.run(go())
