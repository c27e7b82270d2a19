"""The realtime protocol as docs/asyncapi.yaml tells it, to hold frames against."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jsonschema_rs
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.json_text import JsonObject

type Side = Literal["receive", "send"]
"""What the server does with a frame."""

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.yaml"


@cache
def document() -> JsonObject:
    """Return the document."""
    read: JsonObject = yaml.safe_load(DOCUMENT.read_text())
    return read


def messages(side: Side) -> set[str]:
    """Name the messages of one side's operations; answers are sent."""
    operations = document()["operations"].values()
    named = _named(operation for operation in operations if operation["action"] == side)
    if side == "send":
        named |= _named(operation["reply"] for operation in operations if "reply" in operation)
    return named


def _named(operations: Iterable[Any]) -> set[str]:
    references = [one["$ref"] for operation in operations for one in operation["messages"]]
    return {reference.rpartition("/")[2] for reference in references}


def types(side: Side) -> dict[str, str]:
    """Map the types of one side's frames to the messages that describe them."""
    described = document()["components"]["messages"]
    return {described[name]["name"]: name for name in messages(side)}


@cache
def validator(message: str) -> jsonschema_rs.Draft7Validator:
    """Return what checks a message's payload: AsyncAPI's schemas are JSON Schema draft 7."""
    payload = {"$ref": f"#/components/messages/{message}/payload"}
    return jsonschema_rs.Draft7Validator({**payload, "components": document()["components"]})


def mistake(side: Side, frame: object) -> str:
    """Say what the document does not allow in a frame; nothing when it is as told there."""
    kind = frame.get("type") if isinstance(frame, dict) else None
    message = types(side).get(kind) if isinstance(kind, str) else None
    if message is None:
        return f"{DOCUMENT.name} knows no such frame: {frame}"
    errors = [error.message for error in validator(message).iter_errors(frame)]
    return f"{DOCUMENT.name} does not know {frame} as {message}: {errors}" if errors else ""
