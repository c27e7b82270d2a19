"""Finished HTTP answers, free of any framework, so that any server can send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import orjson
from django.http import HttpResponse

from resources.errors import CONTENT_TYPE, as_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

JSON = "application/json"
BODILESS = frozenset({204, 304})
# Who asks decides what is shown, and in which language errors speak.
VARY = "Authorization, Accept-Language"


@dataclass(frozen=True)
class HttpAnswer:
    """A status, a body and headers.

    `sources` names what the answer is made of, so that it can be kept until one of them changes;
    None when it must not be.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] | None = None

    @cached_property
    def encoded_headers(self) -> Sequence[tuple[bytes, bytes]]:
        """Return the headers as ASGI has them, and the length of the body."""
        encoded = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()
        ]
        if self.status not in BODILESS:
            encoded.append((b"content-length", b"%d" % len(self.body)))
        return encoded

    def with_headers(self, headers: Mapping[str, str]) -> HttpAnswer:
        """Return the same answer with further headers."""
        return HttpAnswer(self.status, self.body, {**self.headers, **headers}, self.sources)

    def response(self, *, is_head: bool = False) -> HttpResponse:
        """Return the answer in Django's form."""
        body = b"" if is_head else self.body
        response = HttpResponse(body, status=self.status, headers=dict(self.headers))
        if "Content-Type" not in self.headers:
            del response["Content-Type"]
        if is_head:
            # RFC 9110, 8.6: as long as the answer to a GET.
            response["Content-Length"] = str(len(self.body))
        return response


def answered[Result](work: Callable[[], Result]) -> Result | HttpAnswer:
    """Run `work`; every expected error becomes a problem document."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - what is not expected is raised again
        return problem_answer(error)


def problem_answer(error: Exception) -> HttpAnswer:
    """Return the problem document of an expected error; raises any other error again."""
    problem = as_problem(error)
    if problem is None:
        raise error
    headers = {"Content-Type": CONTENT_TYPE, "Vary": VARY, **problem.headers}
    return HttpAnswer(problem.status, orjson.dumps(problem.as_json()), headers)
