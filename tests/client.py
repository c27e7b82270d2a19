"""A client that speaks the API as a frontend would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.test import Client
from django.test.client import (
    BOUNDARY,
    MULTIPART_CONTENT,
    ClientHandler,
    encode_multipart,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    from resources.json_text import JsonObject

type Response = _MonkeyPatchedWSGIResponse
"""What Django's client answers: a response with `json()`."""

JSON = "application/json"


# Loading the middleware reads every static file: once for all clients.
handlers = {checks: ClientHandler(enforce_csrf_checks=checks) for checks in (False, True)}


class Browser(Client):
    """Sends requests as a browser would, with cookies of its own."""

    def __init__(self, *, enforce_csrf_checks: bool = False, **named: Any) -> None:
        super().__init__(enforce_csrf_checks, **named)
        self.handler = handlers[enforce_csrf_checks]


class Api:
    """Sends requests below `/api/v1/`, with a token when it has one."""

    def __init__(self, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = Browser(headers=headers, raise_request_exception=False)

    def get(self, path: str, **parameters: Any) -> Response:
        """Send a GET; keyword arguments become query parameters."""
        return self.client.get(f"/api/v1/{path}", parameters)

    def post(self, path: str, body: object = None, **headers: str) -> Response:
        """Send a POST with a JSON body."""
        return self._send("post", path, body, headers)

    def put(self, path: str, body: object = None, **headers: str) -> Response:
        """Send a PUT with a JSON body."""
        return self._send("put", path, body, headers)

    def patch(self, path: str, body: object = None, **headers: str) -> Response:
        """Send a PATCH with a JSON body."""
        return self._send("patch", path, body, headers)

    def delete(self, path: str, **headers: str) -> Response:
        """Send a DELETE."""
        return self._send("delete", path, None, headers)

    def upload(
        self, path: str, parts: JsonObject, method: str = "post", **headers: str
    ) -> Response:
        """Send a multipart form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        form = encode_multipart(BOUNDARY, parts)
        return self.client.generic(
            method.upper(), f"/api/v1/{path}", form, MULTIPART_CONTENT, headers=named
        )

    def _send(self, method: str, path: str, body: object, headers: dict[str, str]) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        send = getattr(self.client, method)
        response: Response = send(
            f"/api/v1/{path}", {} if body is None else body, content_type=JSON, headers=named
        )
        return response
