"""No header of a request can make the application fail."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.hostile import header_values, one_of
from tests.fuzz.running import examples
from tests.fuzz.service import Sent

if TYPE_CHECKING:
    from tests.fuzz.conftest import World

KNOWN: dict[bytes, tuple[str, ...]] = {
    b"accept": ("*/*", "text/html", "application/json;q=x", "a/b;c", "/"),
    b"accept-charset": ("utf-16", "x"),
    b"accept-encoding": ("gzip", "br;q=2", "identity;q=0", "*;q=0"),
    b"accept-language": (
        "ko",
        "en;q=2",
        "x;q=y",
        "*",
        "zh-Hant-TW-x-a",
        "en," * 300,
        "_",
        "en-" * 99,
    ),
    b"authorization": (
        "Bearer",
        "Bearer ",
        "Bearer a.b.c",
        "Bearer e30.e30.e30",
        "Basic x",
        "bearer x y",
    ),
    b"content-encoding": ("gzip", "br", "x"),
    b"content-length": ("-1", "+1", "0x1", "1,1", "9" * 40, "٣"),
    b"content-type": (
        "application/json",
        "application/json; charset=x",
        ";",
        "a",
        "multipart/mixed",
    ),
    b"cookie": (
        "sessionid=x",
        "csrftoken=",
        "sessionid",
        "a=b; a=c",
        "=",
        ";;",
        '$Version="1"',
        'a="',
    ),
    b"expect": ("100-continue", "x"),
    b"forwarded": ("for=1.2.3.4", 'for="[::1', "for"),
    b"host": (
        "testserver",
        "a b",
        "[::1",
        "[::1]:x",
        "a:99999999",
        "é.example",
        "x" * 300,
        "@",
        "a/b",
    ),
    b"idempotency-key": ("a", '"a"', "x" * 256),
    b"if-match": ("*", '"1"', 'W/"1"', '"', '"1","2"', "1", '"1" x'),
    b"if-modified-since": ("Thu, 01 Jan 1970 00:00:00 GMT", "x", "Thu, 99 Jan 99999 00:00:00 GMT"),
    b"if-none-match": ("*", '"1"', 'W/"1"', '"', '"1","2"', "1"),
    b"if-range": ('"1"', "x", "Thu, 01 Jan 1970 00:00:00 GMT"),
    b"if-unmodified-since": ("Thu, 01 Jan 1970 00:00:00 GMT", "x"),
    b"last-event-id": ("0", "1~2", "-1", "1,2"),
    b"origin": ("https://cards.example", "null", "file://", "x", "http://[::1"),
    b"access-control-request-method": ("PUT", "x", "GET, PUT"),
    b"access-control-request-headers": ("authorization", "x" * 300, "a,,b"),
    b"range": (
        "bytes=0-",
        "bytes=-5",
        "bytes=5-1",
        "bytes=0-1,3-4",
        "bytes=x",
        "lines=1",
        "bytes=-",
        "bytes=" + "9" * 30 + "-",
    ),
    b"referer": ("https://cards.example", "http://[::1", "x"),
    b"te": ("trailers", "x"),
    b"traceparent": ("00-" + "0" * 32 + "-" + "0" * 16 + "-00", "x"),
    b"transfer-encoding": ("chunked", "gzip, chunked", "x"),
    b"upgrade": ("websocket", "h2c", "x"),
    b"user-agent": ("Mozilla/5.0", "x" * 2_000),
    b"x-csrftoken": ("x", "x" * 64),
    b"x-forwarded-for": (
        "1.2.3.4",
        "1.2.3.4:80",
        "[::1]:80",
        "::ffff:1.2.3.4",
        "x",
        ",,",
        "1.2.3.4," * 99,
    ),
    b"x-forwarded-host": ("a b", "é"),
    b"x-forwarded-proto": ("https", "x", "https,http"),
    b"x-http-method-override": ("DELETE", "x"),
    b"x-request-id": ("a", "x" * 65, "a b"),
    b"x-requested-with": ("XMLHttpRequest",),
}
PLACES = [
    ("GET", "/api/v1/cards"),
    ("GET", "/api/v1/cards/<cards>"),
    ("HEAD", "/api/v1/cards/<cards>"),
    ("POST", "/api/v1/cards"),
    ("PATCH", "/api/v1/cards/<cards>"),
    ("DELETE", "/api/v1/cards/nothing"),
    ("PUT", "/api/v1/cards/<cards>/like"),
    ("POST", "/api/v1/auth/token"),
    ("POST", "/api/v1/auth/service-token"),
    ("POST", "/api/v1/auth/register"),
    ("GET", "/api/v1/users/me"),
    ("GET", "/api/v1/events?topic=cards"),
    ("OPTIONS", "/api/v1/cards"),
    ("GET", "/api/schema"),
    ("GET", "/api/docs"),
    ("GET", "/admin/login/"),
    ("POST", "/admin/login/"),
    ("GET", "/account/reset?token=x"),
    ("POST", "/account/reset?token=x"),
    ("GET", "/static/admin/css/base.css"),
    ("GET", "/files/nothing.png"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/healthz"),
    ("GET", "/"),
]
BODIES = [b"", b"", b"{}", b'{"title":"Dragon"}', b"{", b"a=b", b"\xff"]


@cache
def headers() -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    """Return headers: known ones with values that are nearly right, some of them twice."""
    one = [st.tuples(st.just(name), header_values(*known)) for name, known in KNOWN.items()]
    names = st.text("abcxyz-_", min_size=1, max_size=12).map(str.encode)
    return st.lists(st.one_of(*one, st.tuples(names, header_values())), min_size=1, max_size=4)


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """Return requests with odd headers."""
    method, address = draw(one_of(PLACES))
    path, _mark, query = address.partition("?")
    body = draw(st.sampled_from(BODIES)) if method in ("POST", "PATCH", "PUT") else b""
    return Sent(method, path, query.encode(), draw(headers()), (body,))


@given(sent=requests(), who=st.sampled_from(["", "", "alice"]))
@examples(60)
def test_no_header_makes_a_request_fail(world: World, sent: Sent, who: str) -> None:
    world.ask(sent, who)
