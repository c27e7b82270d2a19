"""The frame table names every frame that the code sends, and AsyncAPI is written from the table.

That the frames are as described is checked on every frame of the other tests (`Live`).
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from realtime.close_codes import RESTARTED, REVOKED, TOO_MANY
from realtime.consumers import SUBPROTOCOL
from realtime.event_stream import PATH
from realtime.frames import RECEIVED_FRAMES, SENT_FRAMES
from realtime.management.commands.asyncapi import asyncapi_yaml
from tests.realtime.protocol import DOCUMENT, document, mistake, types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.realtime.protocol import Side

REALTIME = Path(__file__).resolve().parents[2] / "realtime"
ANSWERED_BY_HTTP = frozenset({"triggers.py", "turn_server.py", "views.py"})
SENDERS = {"frame", "told"}


def nodes(but: frozenset[str] = frozenset()) -> Iterator[ast.AST]:
    """Yield the syntax tree of the live half's code, except for some files."""
    for path in REALTIME.rglob("*.py"):
        if path.name not in but:
            yield from ast.walk(ast.parse(path.read_text()))


def texts(node: ast.AST) -> set[str]:
    """Return the strings in a piece of code."""
    inside = (part for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {part.value for part in inside if isinstance(part.value, str)}


def calls(names: set[str], but: frozenset[str] = frozenset()) -> Iterator[ast.Call]:
    """Yield the calls of functions and methods of these names."""
    for node in nodes(but):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def sent_types() -> set[str]:
    """Return the types of the frames that the code writes."""
    first = (call.args[0] for call in calls(SENDERS) if call.args)
    named = {arg.value for arg in first if isinstance(arg, ast.Constant)}
    # Events are written by hand, as their record is JSON already.
    return {str(name) for name in named} | {"event"}


def codes() -> set[str]:
    """Name the errors that are the live half's own."""
    raised = {
        str(ast.literal_eval(call.args[1])) for call in calls({"Problem"}, but=ANSWERED_BY_HTTP)
    }
    keywords = [word for call in calls({"frame"}) for word in call.keywords]
    answered = [call.args[1] for call in calls({"_answer_error"})]
    written = [word.value for word in keywords if word.arg == "code"]
    return raised.union(*(texts(value) for value in written + answered))


def test_the_table_names_every_frame_that_the_code_sends_and_no_other() -> None:
    assert {frame.name for frame in SENT_FRAMES} == sent_types()


def test_no_two_frames_are_one_message_of_the_document() -> None:
    messages = [frame.message for frame in (*RECEIVED_FRAMES.values(), *SENT_FRAMES)]
    assert sorted(messages) == sorted(set(messages))


def test_the_document_is_the_one_that_the_table_gives() -> None:
    assert DOCUMENT.read_bytes() == asyncapi_yaml(), "./holo asyncapi --file docs/asyncapi.yaml"
    assert set(types("receive")) == set(RECEIVED_FRAMES)
    assert set(types("send")) == {frame.name for frame in SENT_FRAMES}


def test_the_document_names_every_error_that_only_the_live_half_gives() -> None:
    assert set(document()["components"]["schemas"]["ErrorCode"]["x-codes"]) == codes()


def test_the_document_names_where_to_connect_and_what_closing_means() -> None:
    channels = document()["channels"]
    assert channels["live"]["address"] == "/ws/v1"
    assert SUBPROTOCOL in channels["live"]["description"]
    assert channels["events"]["address"] == PATH
    assert {RESTARTED, REVOKED, TOO_MANY} <= set(channels["live"]["x-close-codes"])


@pytest.mark.parametrize("side", ["receive", "send"])
def test_every_message_has_examples_that_are_as_it_says(side: Side) -> None:
    described = document()["components"]["messages"]
    for kind, name in types(side).items():
        shown = [example["payload"] for example in described[name]["examples"]]
        assert shown
        for frame in shown:
            assert frame["type"] == kind
            assert mistake(side, frame) == ""
            assert mistake(side, {**frame, "odd": 1})
            assert all(mistake(side, {**frame, "type": other}) for other in ("odd", None, 1))
