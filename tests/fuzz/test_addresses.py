"""No path and no method can make the application fail."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from resources import registry
from tests.fuzz.hostile import one_of, texts, wire_texts
from tests.fuzz.operations import operations
from tests.fuzz.running import examples
from tests.fuzz.service import Sent

if TYPE_CHECKING:
    from tests.fuzz.conftest import World

METHODS = [
    *["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"],
    *[
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "QUERY",
        "get",
        "X",
        "A" * 300,
        "M-SEARCH",
        "__init__",
        "dispatch",
    ],
]
OTHERS = [
    "/",
    "",
    "//",
    "/admin",
    "/admin/",
    "/admin/login/",
    "/admin/x/",
    "/admin/cards/card/",
    "/admin/r/1/x/",
    "/admin/jsi18n/",
    "/admin/autocomplete/",
    "/admin/password_change/",
    "/admin/logout/",
    "/files/",
    "/files/x",
    "/static/",
    "/static/x",
    "/static/../manage.py",
    "/account/verify",
    "/account/reset",
    "/account/change",
    "/.well-known/jwks.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api",
    "/api/",
    "/api/schema",
    "/api/docs",
    "/api/v1",
    "/api/v1/",
    "/api/v2/cards",
    "/ws/v1",
    "/api/v1/events",
    "/api/v1/batch",
    "/api/v1/webhooks/trigger",
    "/api/v1/realtime/turn",
    "/favicon.ico",
    "*",
    "http://testserver/api/v1/cards",
]
INSERTED = [
    "%",
    "%00",
    "%2f",
    "%2F..%2F",
    "%ff",
    "%c0%80",
    "%ED%A0%80",
    "%25",
    "%0a",
    "%0d%0aa:b",
    "%20",
    "%3F",
    "..",
    ".",
    "./",
    "../",
    ";a=b",
    "\\",
    "%5c",
    "~",
    "+",
    "%EF%BB%BF",
    "%F0%9F%92%8E",
    "%u0041",
    "\xe9",
]


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Return paths: known ones, with odd ids, with something odd put in, and any other."""
    known = one_of([one.path for one in operations()])
    resources = one_of([f"/api/v1/{one}" for one in registry.all_resources()])
    odd_id = texts("<cards>").map(lambda text: quote(text.encode("utf-8", "surrogatepass"), ""))
    action = st.sampled_from(["", "", "/like", "/publish", "/history", "/x", "/"])
    record = st.builds("{}/{}{}".format, resources, odd_id, action)
    filled = st.builds(lambda path, odd: path.replace("{record_id}", odd), known, odd_id)
    files = odd_id.map("/files/{}".format)
    path: str = draw(st.one_of(record, record, filled, filled, one_of(OTHERS), files))
    if draw(st.integers(0, 2)) == 0:
        at = draw(st.integers(0, len(path)))
        path = path[:at] + draw(st.one_of(one_of(INSERTED), st.just("a" * 9_000))) + path[at:]
    return path.replace("{provider}", "google")


@given(
    path=addresses(),
    method=one_of(METHODS),
    query=st.one_of(st.just(b""), wire_texts("download=1", "thumb=100x100", "token=x")),
    who=st.sampled_from(["", "alice", "admin"]),
    body=st.sampled_from([b"", b"", b"{}", b"x"]),
)
@examples(100)
def test_no_address_makes_a_request_fail(
    world: World, path: str, method: str, query: bytes, who: str, body: bytes
) -> None:
    headers = [(b"content-type", b"application/json")] if body else []
    world.ask(Sent(method, path, query, headers, (body,)), who)
