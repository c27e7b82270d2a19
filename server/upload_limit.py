"""How many forms with files are taken at once, in all and of one network."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from files.pictures.executor import RETRY_SECONDS, too_many_pictures
from resources.errors import Problem
from resources.http.client_networks import address_of_scope, limited_network
from resources.http.languages import language_of
from server.refusals import turn_away
from server.request_bodies import let_pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtime.asgi_types import ASGIApp, Receive, Scope, Send


class UploadLine:
    """Counts the uploads that have come and are answered, or wait for a thread and a process."""

    def __init__(self) -> None:
        self.count = 0

    def refuse_if_full(self) -> None:
        """Raise Problem 503 when the line is full."""
        if self.count >= settings.UPLOAD_THREADS + settings.PICTURES_WAITING:
            raise too_many_pictures()

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Stand in the line; raises Problem 503 when it is full."""
        self.refuse_if_full()
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


upload_line = UploadLine()


class UploadLimit:
    """An ASGI application that refuses forms with files before anything is done for them.

    Sending takes a while, and answering needs a thread and a process, of which there are few. So an
    upload is not read when it could not be answered just now, and no network may have more than its
    share under way. A trusted address has no limit of its own.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app
        self.of_network: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if not is_upload(scope):
            await self.next_app(scope, receive, send)
            return
        address = address_of_scope(scope)
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            with (
                translation.override(language_of(headers.get(b"accept-language", b""))),
                self._admitted(limited_network(address)),
            ):
                await self.next_app(scope, receive, send)
        except Problem as problem:
            await let_pass(receive, limited_network(address))
            problem.headers = {**problem.headers, "Connection": "close"}
            await turn_away(problem, scope, send, "refused-upload")

    @contextmanager
    def _admitted(self, network: str) -> Iterator[None]:
        """Count an upload of a network, empty for none; raises Problem 429 or 503."""
        upload_line.refuse_if_full()
        if network and self.of_network[network] >= settings.MOST_UPLOADS_PER_NETWORK > 0:
            raise _too_many()
        self.of_network[network] += 1
        try:
            yield
        finally:
            self.of_network[network] -= 1
            if not self.of_network[network]:
                del self.of_network[network]


def is_upload(scope: Scope) -> bool:
    """Return whether a request for the API is a form that may bring files along."""
    return scope["path"].startswith("/api/") and any(
        name == b"content-type" and value.startswith(b"multipart/")
        for name, value in scope["headers"]
    )


def _too_many() -> Problem:
    later = {"Retry-After": str(RETRY_SECONDS)}
    detail = _("Too many files of your network are being sent. Try again later.")
    return Problem(429, "too_many_uploads", detail, headers=later)
