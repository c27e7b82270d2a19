"""Rights that are lost while a connection waits for an answer are not kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async

from realtime import audience_queue
from realtime.connections import connections
from realtime.hub import hub
from realtime.listener import Listener
from resources.actors import SYSTEM
from tests.personas import new_member
from tests.realtime.conftest import signed_in
from users.services.roles import take_role
from users.services.sessions import end_sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.personas import Persona


@pytest.fixture
def moderator(transactional_db: None) -> Persona:
    return new_member("moderator", roles=["moderator"])


def _acts_as(connection: object, actor: object) -> bool:
    return isinstance(connection, Listener) and connection.actor == actor


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Have something happen, and heard of, while the first subscription is looked at."""
    rest = iter([happens])
    compile_audience = audience_queue.compile_audience

    async def slowly(topic: str, actor: Any, asked: Any) -> Any:
        audience = await compile_audience(topic, actor, asked)
        for what in rest:
            await sync_to_async(what)()
            while any(_acts_as(each, actor) for each in connections().holders):
                await asyncio.sleep(0.01)
        return audience

    monkeypatch.setattr(audience_queue, "compile_audience", slowly)


def test_a_subscription_is_asked_for_again_without_the_role(
    moderator: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert moderator.user is not None
    user = moderator.user
    meanwhile(monkeypatch, lambda: take_role(user, role="moderator", by=SYSTEM))

    async def go() -> None:
        live = await signed_in(moderator)
        assert (await live.subscribe("cards"))["type"] == "subscribed"
        assert {audience.kind.roles for audience in hub().live} == {frozenset()}
        await live.close()

    asyncio.run(go())


def test_a_connection_that_ends_meanwhile_leaves_no_subscription(
    dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dana.user is not None
    user = dana.user
    meanwhile(monkeypatch, lambda: end_sessions(user, by=SYSTEM))

    async def go() -> None:
        live = await signed_in(dana)
        await live.send({"type": "subscribe", "ref": "1", "topic": "cards"})
        assert (await live.receive())["type"] == "revoked"
        assert (await live.socket.receive_output(30))["code"] == 4401
        await live.close()
        assert not hub().live
        assert not hub().joining
        assert not connections().subscribed

    asyncio.run(go())
