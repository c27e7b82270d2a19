"""No multipart or urlencoded form, however broken, can make an operation fail."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.fuzz.hostile import cut, one_of, texts, wire_texts
from tests.fuzz.operations import operations
from tests.fuzz.running import examples
from tests.fuzz.service import Sent

if TYPE_CHECKING:
    from tests.fuzz.conftest import World

TAKING = [operation for operation in operations() if operation.takes_body]
WITH_PICTURES = [
    ("POST", "cards"),
    ("PATCH", "cards/<cards>"),
    ("PATCH", "users/me"),
    ("POST", "posts"),
]
FIELDS = ("title", "text", "tags", "effects", "status", "front", "images", "avatar", "requests")
VALUES = (
    "Dragon",
    "fire",
    '["fire"]',
    "{}",
    '{"a":1}',
    "published",
    "{",
    "[",
    "<cards>",
    "<posts>",
)


@cache
def pictures() -> st.SearchStrategy[bytes]:
    """Return pictures, cut pictures and what is none."""
    drawn = []
    for form in ("PNG", "JPEG", "WEBP", "GIF"):
        file = BytesIO()
        Image.new("RGB", (12, 16), (90, 20, 160)).save(file, form)
        drawn += [file.getvalue(), file.getvalue()[:-10], file.getvalue()[:20]]
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    return one_of([*drawn, b"", b"\x00", svg, b"GIF89a", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"])


def header_text(text: str) -> bytes:
    """Return a text as clients write it into a part's header, badly enough."""
    return text.encode("utf-8", "surrogatepass").replace(b"\n", b"").replace(b"\r", b"")


@cache
def dispositions() -> st.SearchStrategy[bytes]:
    """Return what says which field a part is and which file."""
    name = texts(*FIELDS).map(header_text)
    file = texts("a.png", "b.jpg", "é.png", "a.exe", "a", ".png", "../a.png").map(header_text)
    forms = [
        b'form-data; name="%b"',
        b'form-data; name="%b"',
        b'form-data; name="%b"; filename="%b"',
        b'form-data; name="%b"; filename="%b"',
        b"form-data; name=\"%b\"; filename*=UTF-8''%b",
        b"form-data; name=%b; filename=%b",
        b"form-data; name*=utf-16''%b",
        b'attachment; name="%b"',
        b"form-data",
        b"form-data; name",
        b'form-data; name="%b"; filename',
        b'; name="%b"',
        b"",
    ]
    return st.builds(
        lambda form, *given: form % given[: form.count(b"%b")], one_of(forms), name, file
    )


PART_HEADERS = [
    b"",
    b"",
    b"",
    b"Content-Type: image/png\r\n",
    b"Content-Type: text/plain; charset=utf-16\r\n",
    b"Content-Type: text/plain; charset=nonsense\r\n",
    b"Content-Type: \xff\r\n",
    b"Content-Type\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Transfer-Encoding: x\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"X: " + b"y" * 5_000 + b"\r\n",
]
BOUNDARIES = [
    b"x",
    b"x",
    b"x",
    b"----WebKitFormBoundaryx",
    b"y",
    b"",
    b"\xff",
    b'"x',
    b"x" * 300,
    b"x;y",
]


@cache
def parts() -> st.SearchStrategy[bytes]:
    """Return parts of a form without their boundary."""
    content = st.one_of(
        texts(*VALUES).map(lambda text: text.encode("utf-8", "surrogatepass")),
        pictures(),
        pictures(),
        st.sampled_from([b"", b"x", b"A" * 70_000]),
    )
    usual = b"Content-Disposition: %b\r\n%b\r\n%b\r\n"
    form = st.sampled_from([usual, usual, usual, usual, b"%b%b%b", b"\r\n%b%b\r\n%b"])
    return st.builds(
        lambda shape, *given: shape % given, form, dispositions(), one_of(PART_HEADERS), content
    )


@st.composite
def multipart_forms(draw: st.DrawFn) -> Sent:
    """Return multipart forms."""
    method, path = draw(
        st.one_of(one_of(WITH_PICTURES), one_of(TAKING).map(lambda one: (one.method, one.path)))
    )
    said, meant = draw(one_of(BOUNDARIES)), draw(st.sampled_from([b"", b"", b"", b"z"]))
    body = b"".join(
        b"--" + (meant or said) + b"\r\n" + part for part in draw(st.lists(parts(), max_size=4))
    )
    if len(body) < 500:
        body *= draw(st.sampled_from([1, 1, 1, 1_200]))
    ends = [b"--" + said + b"--\r\n", b"--" + said + b"--\r\n", b"", b"--", b"--" + said]
    body += draw(st.sampled_from(ends))
    suffix = draw(st.sampled_from([b""] * 5 + [b"; charset=utf-16", b"; charset=nonsense", b"; x"]))
    headers = [(b"content-type", b"multipart/form-data; boundary=" + said + suffix)]
    length = draw(
        st.sampled_from([b"%d" % len(body)] * 8 + [b"", b"0", b"-1", b"x", b"9" * 30, "²".encode()])
    )
    if length:
        headers.append((b"content-length", length))
    path = path if path.startswith("/") else f"/api/v1/{path}"
    path = path.replace("{record_id}", "<cards>").replace("{provider}", "google")
    if draw(st.integers(0, 5)) == 0:
        headers.append((b"idempotency-key", draw(st.sampled_from([b"f", b"g"]))))
    return Sent(method, path, headers=headers, chunks=draw(cut(body)))


URLENCODED = [
    "auth/token",
    "auth/service-token",
    "auth/oauth/google/token",
    "auth/oauth/apple/callback",
]
MEMBERS = (
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "state",
    "code",
    "identity",
    "password",
)


@st.composite
def urlencoded_forms(draw: st.DrawFn) -> Sent:
    """Return urlencoded forms, for the few operations that take them and any other."""
    path = draw(st.one_of(st.sampled_from(URLENCODED), one_of([one.path for one in TAKING])))
    names = one_of(MEMBERS).map(lambda name: quote_plus(name).encode())
    pairs = draw(st.lists(st.tuples(names, wire_texts("client_credentials", "x")), max_size=6))
    body = b"&".join(name + b"=" + value for name, value in pairs)
    body += draw(
        st.sampled_from([b"", b"", b"", b"&" * 3_000, b"&a=1" * 1_200, b"%", b"=", b"\xff"])
    )
    kinds = [b"application/x-www-form-urlencoded"] * 3
    kinds += [kinds[0] + b"; charset=utf-16", kinds[0] + b"; charset=nonsense"]
    headers = [(b"content-type", draw(st.sampled_from(kinds)))]
    credentials = [
        b"Basic",
        b"Basic x",
        b"Basic Og==",
        b"Basic /w==",
        b"Basic AA==",
        b"Basic " + b"e" * 999,
    ]
    if draw(st.integers(0, 2)) == 0:
        headers.append((b"authorization", draw(st.sampled_from(credentials))))
    path = path if path.startswith("/") else f"/api/v1/{path}"
    return Sent("POST", path.replace("{record_id}", "<cards>"), headers=headers, chunks=(body,))


@given(sent=multipart_forms(), who=st.sampled_from(["alice", "alice", "admin", ""]))
@examples(50)
def test_no_multipart_form_makes_an_operation_fail(world: World, sent: Sent, who: str) -> None:
    world.ask(sent, who)


@given(sent=urlencoded_forms())
@examples(25)
def test_no_urlencoded_form_makes_an_operation_fail(world: World, sent: Sent) -> None:
    world.ask(sent)
