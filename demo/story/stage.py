"""Who takes part in the story, and how they reach the API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

if TYPE_CHECKING:
    from resources.json_text import JsonObject

JSON = "application/json"

type Answer = tuple[int, JsonObject]
"""Status and JSON body, an empty one where nothing is answered."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to a path below `/api/v1/`."""

    method: str
    path: str
    token: str = ""
    body: bytes = b""
    content_type: str = JSON


type Send = Callable[[Sent], Answer]


class StoryError(Exception):
    """A request was answered otherwise than the story says; the message has both."""


def expect(found: object, wanted: object) -> None:
    """Raise StoryError unless what was found is what the story says."""
    if found != wanted:
        raise StoryError(f"found {found!r}, not {wanted!r}")


@dataclass(frozen=True, slots=True)
class StoryMember:
    """A member of the story, signed in, or a visitor without a token."""

    name: str
    send: Send
    id: str = ""
    token: str = ""

    def get(self, path: str, status: int = 200) -> JsonObject:
        """Read what is there; raises StoryError for another status than the expected one."""
        return self._request("GET", path, status)

    def post(self, path: str, expected: int = 201, /, **values: object) -> JsonObject:
        """Create something, or carry out an action."""
        return self._request("POST", path, expected, values)

    def put(self, path: str, expected: int = 200, /, **values: object) -> JsonObject:
        """Set something."""
        return self._request("PUT", path, expected, values)

    def patch(self, path: str, expected: int = 200, /, **values: object) -> JsonObject:
        """Change something."""
        return self._request("PATCH", path, expected, values)

    def delete(self, path: str, status: int = 204) -> JsonObject:
        """Take something away."""
        return self._request("DELETE", path, status)

    def upload(
        self, path: str, method: str = "POST", expected: int = 201, /, **parts: object
    ) -> JsonObject:
        """Send a form, whose files are objects with `name` and `read`."""
        form = encode_multipart(BOUNDARY, parts)
        sent = Sent(method, path, self.token, form, MULTIPART_CONTENT)
        return self._answer(sent, expected)

    def list(self, path: str) -> list[JsonObject]:
        """Return the records of the first page of a list."""
        found: list[JsonObject] = self.get(path)["results"]
        return found

    def _request(
        self, method: str, path: str, status: int, values: Mapping[str, object] | None = None
    ) -> JsonObject:
        body = b"" if values is None else json.dumps(values, ensure_ascii=False).encode()
        return self._answer(Sent(method, path, self.token, body), status)

    def _answer(self, sent: Sent, status: int) -> JsonObject:
        got, content = self.send(sent)
        if got != status:
            shown = json.dumps(content, ensure_ascii=False)
            raise StoryError(
                f"{self.name}: {sent.method} {sent.path} answered {got}, not {status}: {shown}"
            )
        return content


@dataclass
class Stage:
    """What the chapters of the story share.

    `settle` waits until the background worker has done what there is to do. `kept` has what later
    chapters come back to, by a name.
    """

    send: Send
    settle: Callable[[], None]
    members: dict[str, StoryMember] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def visitor(self) -> StoryMember:
        """Return somebody without an account."""
        return StoryMember("a visitor", self.send)

    def __getitem__(self, name: str) -> StoryMember:
        return self.members[name]
