"""The TypeScript client's types of frames, written from the AsyncAPI document.

`python -m tests.clients.frame_types > clients/typescript/src/frames.ts` after a change of it.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.realtime.protocol import document, messages

if TYPE_CHECKING:
    from resources.json_text import JsonObject

HEAD = "// Written from docs/asyncapi.yaml by tests/clients/frame_types.py: change it there.\n"
PLAIN = {"integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def frame_types() -> str:
    """Return the whole module."""
    components = document()["components"]
    named = {
        **{name: (schema, schema) for name, schema in components["schemas"].items()},
        **{
            f"{name}Frame": (message["payload"], {"description": message["summary"]})
            for name, message in components["messages"].items()
        },
    }
    parts = [HEAD]
    for name, (schema, about) in named.items():
        parts.append(f"{comment(about)}export type {name} = {written(schema)};\n")
    parts.append(union("What clients say.", "ClientFrame", messages("receive")))
    parts.append(union("What the server says.", "ServerFrame", messages("send")))
    return "\n".join(parts)


def union(about: str, name: str, members: set[str]) -> str:
    """Write a type of any of these messages' frames."""
    lines = "".join(f"\n  | {member}Frame" for member in sorted(members))
    return f"/** {about} */\nexport type {name} ={lines};\n"


def written(schema: JsonObject, indent: str = "") -> str:
    """Write a schema as a type."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return quoted(schema["const"])
    if "enum" in schema:
        return " | ".join(quoted(value) for value in schema["enum"])
    if "oneOf" in schema:
        return " | ".join(written(one, indent) for one in schema["oneOf"])
    kinds = schema.get("type", [])
    listed = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(of_kind(kind, schema, indent) for kind in listed) or "unknown"


def of_kind(kind: str, schema: JsonObject, indent: str) -> str:
    """Write a schema of one of JSON's types."""
    match kind:
        case "array":
            return f"{written(schema['items'], indent)}[]"
        case "object" if "properties" in schema:
            return members(schema, indent)
        case "object":
            return "Record<string, unknown>"
    return PLAIN.get(kind, kind)


def members(schema: JsonObject, indent: str) -> str:
    """Write an object's members."""
    within = indent + "  "
    lines = []
    for name, member in schema["properties"].items():
        mark = "" if name in schema.get("required", ()) else "?"
        lines.append(f"{comment(member, within)}{within}{name}{mark}: {written(member, within)};\n")
    return f"{{\n{''.join(lines)}{indent}}}"


def comment(schema: JsonObject, indent: str = "") -> str:
    """Write what a schema says of itself."""
    told = " ".join(schema.get("description", "").split())
    return f"{indent}/** {told} */\n" if told else ""


def quoted(value: object) -> str:
    """Write a literal."""
    return json.dumps(value).replace('"', "'")


if __name__ == "__main__":
    sys.stdout.write(frame_types())
