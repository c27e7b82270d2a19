"""No frame can make a WebSocket fail: it is answered, or the connection closed with a reason."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import TYPE_CHECKING

from asgiref.testing import ApplicationCommunicator
from hypothesis import given
from hypothesis import strategies as st

from realtime.frames import RECEIVED_FRAMES
from resources import registry
from tests.fuzz.hostile import json_objects, json_values, one_of, raw_bodies, texts
from tests.fuzz.running import examples
from tests.fuzz.service import PATIENCE_SECONDS
from tests.fuzz.test_event_streams import CURSORS, TOPICS
from tests.fuzz.test_queries import expressions

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.fuzz.conftest import World

KINDS = [*RECEIVED_FRAMES]
MEMBERS = (
    "ref",
    "topic",
    "filter",
    "since",
    "expand",
    "fields",
    "token",
    "room",
    "event",
    "payload",
    "metadata",
    "to",
    "data",
    "type",
)
ODD = json_values(*TOPICS, *CURSORS, "x:y", "room/<rooms>")


@cache
def frames() -> st.SearchStrategy[JsonObject]:
    """Return WebSocket messages: frames that are nearly right, and anything else."""
    asked = st.fixed_dictionaries(
        {
            "type": st.just("subscribe"),
            "ref": st.one_of(st.just("1"), ODD),
            "topic": st.one_of(
                one_of(TOPICS), one_of([str(one) for one in registry.all_resources()])
            ),
        },
        optional={
            "filter": one_of(list(registry.all_resources())).flatmap(expressions),
            "since": st.one_of(one_of(CURSORS), ODD),
            "expand": st.one_of(texts("creator"), ODD),
            "fields": st.one_of(texts("id"), ODD),
        },
    )
    other = st.builds(
        lambda kind, rest: {**rest, "type": kind}, one_of(KINDS), json_objects(MEMBERS, ODD)
    )
    text = st.one_of(asked, asked, other, other, ODD).map(json.dumps)
    raw = raw_bodies().map(lambda body: body.decode("utf-8", "replace"))
    return st.one_of(
        *[st.one_of(text, text, text, raw).map(lambda one: {"text": one})] * 5,
        raw_bodies().map(lambda body: {"bytes": body}),
    )


SUBPROTOCOLS = [
    [],
    ["holobase.v1"],
    ["holobase.v1", "bearer.x"],
    ["bearer."],
    ["", "x" * 300],
    ["é"],
]


@given(
    sent=st.lists(frames(), min_size=1, max_size=8),
    subprotocols=st.sampled_from(SUBPROTOCOLS),
    who=st.sampled_from(["", "alice", "admin"]),
)
@examples(40)
def test_no_frame_makes_a_connection_fail(
    world: World, sent: list[JsonObject], subprotocols: list[str], who: str
) -> None:
    person = world.people.get(who)
    offered = ["holobase.v1", f"bearer.{person.token}"] if person else subprotocols
    filled = [{name: world.filled(value) for name, value in message.items()} for message in sent]
    world.service.runner.run(_talk(world.service.application, offered, filled))
    assert not world.service.failures, world.service.failures


async def _talk(served: object, subprotocols: list[str], sent: list[dict[str, object]]) -> None:
    """Send all messages, then a ping; the pong or a close with a code has to come."""
    scope = {
        "type": "websocket",
        "path": "/ws/v1",
        "query_string": b"",
        "headers": [],
        "subprotocols": subprotocols,
    }
    socket = ApplicationCommunicator(served, scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(PATIENCE_SECONDS))["type"] == "websocket.accept"
    for message in sent:
        await socket.send_input({"type": "websocket.receive", **message})
    await socket.send_input({"type": "websocket.receive", "text": '{"type":"ping","ref":"last"}'})
    while True:
        message = await socket.receive_output(PATIENCE_SECONDS)
        if message["type"] == "websocket.close":
            assert message["code"] >= 4000, message
            break
        told = json.loads(message["text"])
        assert told.get("status", 400) < 500 or told["status"] == 503, (told, sent)
        if (told["type"], told.get("ref")) in (("pong", "last"), ("error", "last")):
            break
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    async with asyncio.timeout(PATIENCE_SECONDS):
        await socket.wait()
