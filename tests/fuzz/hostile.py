"""Values that parsers stumble over: texts, numbers, times, JSON and headers."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus
from uuid import UUID

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

type Text = st.SearchStrategy[str]

NUMBERS = [
    "0",
    "-1",
    "-0",
    "1e5",
    "1e999",
    "-1e999",
    "0x10",
    "1_000",
    "1.5",
    ".5",
    "NaN",
    "Infinity",
    "-Infinity",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "9" * 40,
    "9" * 4_400,
    "0" * 4_400 + "1",
    "1" + "0" * 400,
    "0." + "0" * 400 + "1",
    "١٢٣",
    "²",
    "½",
    "一",
]
TIMES = [
    "0001-01-01T00:00:00+01:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-01:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31",
    "10000-01-01",
    "-0001-01-01",
    "2026-02-30",
    "2026-13-01T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T23:59:60Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+23:59",
    "2026-01-01 00:00",
    "2026",
    "2026-01",
    "2026-W01-1",
    "20260101T000000Z",
    "\uff12\uff10\uff12\uff16-01-01",
    "12:00",
]
IDS = [
    str(UUID(int=0)),
    str(UUID(int=2**128 - 1)),
    UUID(int=7).hex,
    "{" + str(UUID(int=7)) + "}",
    UUID(int=7).urn,
    "\u0660" * 32,
    "me",
    "null",
    "None",
]
WORDS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "a\udfffb",
    "\ufeff",
    "\ufffe",
    "\u200b",
    "\u202egnp",
    "\x1b[0m",
    "\x7f",
    "\x85",
    "\u2028",
    "e\u0301",
    "é",
    "ß",
    "İ",
    "ﬁ",
    "수집가",
    "수집가",
    "💎",
    "👩‍👩‍👧‍👦",
    "\U0001d573",
    "%",
    "%00",
    "%zz",
    "%s",
    "%(a)s",
    "{}",
    "{0}",
    "${x}",
    "'",
    '"',
    "\\",
    "\\'",
    "a'b",
    "--",
    ";",
    "*",
    "a*",
    "NEAR(a b)",
    "a AND",
    "-",
    "^",
    "(",
    "((((",
    ")",
    "[",
    "<b>",
    "../../etc",
    "..",
    ".",
    "/",
    "//",
    "C:\\x",
    "a\nb",
    "a\r\nb: c",
    "\t",
    ",",
    ",,",
    "a,b,,c",
    ".a",
    "a..b",
    "__",
    "id__",
    "__proto__",
    "true",
    "null",
    "x" * 300,
    "x" * 5_000,
    "가" * 300,
    "a@b.co",
    "a@" + "b" * 300 + ".co",
    "a@ü.example",
    "http://[::1",
    "http://[",
    "http://a:99999/",
    "https://" + "a" * 300,
    "https://xn--a.example",
    "javascript:1",
]


def one_of(values: Sequence[object]) -> st.SearchStrategy[Any]:
    """Return one of many values, as `sampled_from` does but without writing all of them out."""
    return st.integers(0, len(values) - 1).map(lambda number: values[number])


@cache
def texts(*known: str) -> Text:
    """Return texts: odd ones, `known` ones, pieces of both, and any other."""
    odd = one_of([*WORDS, *NUMBERS, *TIMES, *IDS])
    chosen = one_of(known) if known else odd
    joined = st.builds("{}{}".format, chosen, odd)
    return st.one_of(chosen, odd, joined, st.text(max_size=12))


@cache
def wire_texts(*known: str) -> st.SearchStrategy[bytes]:
    """Return texts as bytes of a query: encoded well, too much, wrongly or not at all."""

    def encoded(text: str, how: int) -> bytes:
        raw = text.encode("utf-8", "surrogatepass")
        if how == 0:
            return quote_plus(raw).encode()
        if how == 1:
            return quote(raw, safe="").lower().encode()
        if how == 2:
            return quote_plus(text.encode("utf-16", "surrogatepass")).encode()
        return bytes(byte for byte in raw if 0x20 < byte < 0x7F or byte > 0x7F)

    return st.builds(encoded, texts(*known), st.sampled_from([0, 0, 0, 0, 1, 2, 3]))


@cache
def json_values(*known: object) -> st.SearchStrategy[object]:
    """Return values that Python's JSON can write, lone surrogates and endless numbers too."""
    numbers = one_of([0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, 1e308, -0.0])
    odd_numbers = one_of([float("nan"), float("inf"), float("-inf"), 10**4200])
    leaves = st.one_of(
        st.none(), st.booleans(), numbers, odd_numbers, texts(), one_of([*known, {}, []])
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(texts("id", "type", "$ref", "path"), inner, max_size=4),
        ),
        max_leaves=6,
    )


@cache
def json_objects(
    names: tuple[str, ...], values: st.SearchStrategy[object]
) -> st.SearchStrategy[Any]:
    """Return objects of some of `names`, now and then with a name that nobody knows."""
    known = st.dictionaries(one_of(names or ("x",)), values, max_size=5)
    unknown = st.dictionaries(texts(), values, max_size=1)
    return st.one_of(known, known, known, st.builds(lambda a, b: {**a, **b}, known, unknown))


def written(value: object) -> bytes:
    """Write JSON as some clients do: escapes where something is not ASCII."""
    return json.dumps(value).encode()


DEEP = 100_000
RAW_BODIES = [
    b"",
    b" ",
    b"\xff",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    '{"title":"é"}'.encode("latin-1"),
    '{"title":"é"}'.encode("utf-16"),
    '{"title":"é"}'.encode("utf-32"),
    b"{",
    b"{}}",
    b"{}{}",
    b"[]",
    b"null",
    b"true",
    b'"x"',
    b"1",
    b"NaN",
    b"-",
    b"1e999",
    b"-0",
    b"9" * 5_000,
    b"'a'",
    b"{'a':1}",
    b'{"a":1,}',
    b'{"a" 1}',
    b"// c\n{}",
    b'{"title":"a","title":"b"}',
    b'{"title":"\\ud800"}',
    b'{"\\ud800":1}',
    b'{"title":"\\u0000"}',
    b'{"\\u0000":1}',
    b'{"effects":{"\\u0000":1,"\\udfff":"\\ud800"}}',
    b'{"title":"\xed\xa0\x80"}',
    b'{"title":"\xc0\x80"}',
    b'{"title":"\x00"}',
    b'{"title":"\n"}',
    b"[" * DEEP,
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP,
    b'{"effects":' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"effects":' + b"[" * 1_020 + b"]" * 1_020 + b"}",
    b'{"effects":' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}",
    b'{"effects":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    b'{"tags":[' + b",".join([b'"a"'] * 20_000) + b"]}",
    b"{" + b",".join(b'"k%d":1' % number for number in range(20_000)) + b"}",
    b'{"requests":' + b"[" * 500 + b"]" * 500 + b"}",
]


@cache
def raw_bodies() -> st.SearchStrategy[bytes]:
    """Return bodies that are no JSON, hardly JSON, or too much of it."""
    return st.one_of(one_of(RAW_BODIES), st.binary(max_size=30))


def cut(body: bytes) -> st.SearchStrategy[tuple[bytes, ...]]:
    """Return a body in the pieces in which it may arrive."""
    places = st.lists(st.integers(0, len(body)), max_size=3).map(sorted)
    return places.map(
        lambda at: tuple(body[a:b] for a, b in zip([0, *at], [*at, len(body)], strict=True))
    )


@cache
def header_values(*known: str) -> st.SearchStrategy[bytes]:
    """Return what may stand in a header: no control characters, any other byte (RFC 9110, 5.5)."""

    def clean(text: str) -> bytes:
        raw = text.encode("utf-8", "surrogatepass")
        return bytes(byte for byte in raw if byte >= 0x20 and byte != 0x7F).strip()

    return st.one_of(texts(*known).map(clean), st.sampled_from([b"\xff", b"\x80a", b"\xc3("]))
