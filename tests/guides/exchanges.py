"""Requests and answers as the guides write them.

    alice: POST /api/v1/cards
    {"title": "Ember", "status": "published"}
    → 201 {"id": "{card}", "title": "Ember"}

Who asks, the request, headers, and a body: JSON, or the parts of a form (`front=@dragon.png`).
Behind the arrow is what is answered: the members that are named, among others. `…` stands for any
value; `{card}` for a text that is kept, and has to be the same when it comes again.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.json_text import JsonObject
    from tests.personas import Persona

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "docs" / "guide"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
HEADER = re.compile(r"([A-Z][A-Za-z-]+): (.+)")
PART = re.compile(r"[\w+-]+=")
NAME = re.compile(r"\{(\w+)\}")


@dataclass
class Exchange:
    """One request, and what is to be answered."""

    who: str
    method: str
    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    parts: list[str] = field(default_factory=list)
    answer: str = ""


def blocks(guide: str, kind: str) -> list[str]:
    """Return the blocks of one kind (`http`, `ts`, `python`) of a guide."""
    text = (FOLDER / guide).read_text()
    return [block for name, block in BLOCK.findall(text) if name == kind]


def exchanges(guide: str) -> Iterator[Exchange]:
    """Return the requests of a guide in order; a blank line is between two of them."""
    for block in blocks(guide, "http"):
        for text in block.strip().split("\n\n"):
            yield exchange(text)


def exchange(text: str) -> Exchange:
    """Read one request with its answer."""
    asked, _arrow, answered = text.partition("→ ")
    first, *lines = asked.strip().splitlines()
    who, method, path = first.replace(":", "", 1).split(" ", 2)
    status, _space, answer = answered.partition(" ")
    read = Exchange(who, method, path, int(status), answer=answer.strip())
    for line in lines:
        if header := HEADER.fullmatch(line):
            read.headers[header[1]] = header[2]
        elif PART.match(line):
            read.parts.append(line)
        else:
            read.body += line
    return read


def runs(guide: str, people: Mapping[str, Persona], kept: dict[str, str]) -> None:
    """Send a guide's requests one after the other; `kept` are texts that it has names for.

    Raises AssertionError where an answer is not what the guide says.
    """
    for each in exchanges(guide):
        response = answered(each, people[each.who], kept)
        told = f"{guide}: {each.method} {each.path}: {response.status_code}"
        if "json" in response.get("Content-Type", ""):
            told += f" {response.content.decode()}"
        assert response.status_code == each.status, told
        if each.answer.startswith(("{", "[")):
            compare(
                json.loads(each.answer.replace("…", '"…"').replace('""…""', '"…"')),
                response.json(),
                kept,
                told,
            )
        elif each.answer:
            assert response["Content-Type"] == each.answer, told


def answered(each: Exchange, who: Persona, kept: Mapping[str, str]) -> Any:
    """Send one request."""
    address = urlsplit(filled(each.path, kept))
    path = f"{address.path}?{address.query}" if address.query else address.path
    body, kind = (
        filled(each.body, kept).encode(),
        each.headers.get("Content-Type", "application/json"),
    )
    if each.parts:
        body, kind = encode_multipart(BOUNDARY, form(each.parts, kept)), MULTIPART_CONTENT
    return who.api.client.generic(each.method, path, body, kind, headers=each.headers)


def form(parts: list[str], kept: Mapping[str, str]) -> JsonObject:
    """Return the parts of a form; `@` names a picture of the documentation."""
    values: JsonObject = {}
    for part in parts:
        name, _equals, value = part.partition("=")
        sent: Any = filled(value, kept)
        if value.startswith("@"):
            content = (ROOT / "docs" / "images" / value[1:]).read_bytes()
            sent = SimpleUploadedFile(value[1:], content)
        values.setdefault(name, []).append(sent)
    return values


def filled(text: str, kept: Mapping[str, str]) -> str:
    """Return a text with what was kept in place of its names."""
    return NAME.sub(lambda name: kept[name[1]], text)


def compare(right: Any, given: Any, kept: dict[str, str], told: str) -> None:
    """Raise AssertionError unless an answer has what the guide says, and keep what has a name."""
    name = NAME.fullmatch(right) if isinstance(right, str) else None
    if isinstance(right, dict):
        for key, value in right.items():
            assert key in given, f"{key}: {told}"
            compare(value, given[key], kept, told)
    elif isinstance(right, list):
        assert len(right) == len(given), told
        for value, found in zip(right, given, strict=True):
            compare(value, found, kept, told)
    elif name:
        assert kept.setdefault(name[1], given) == given, told
    else:
        assert right in ("…", given), told
