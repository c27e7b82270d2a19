"""No query string can make a list, a record or any other read fail."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import DateTimeField, FloatField, IntegerField, UUIDField
from hypothesis import given
from hypothesis import strategies as st

from resources import registry
from resources.query.back_relations import back_relations
from resources.query.filters.parameters import suffixes_of
from tests.fuzz.hostile import (
    IDS,
    NUMBERS,
    TIMES,
    WORDS,
    json_values,
    one_of,
    texts,
    wire_texts,
    written,
)
from tests.fuzz.operations import operations
from tests.fuzz.running import examples
from tests.fuzz.service import Sent

if TYPE_CHECKING:
    from resources.declaration import Resource
    from resources.types import ModelField
    from tests.fuzz.conftest import World

RESOURCES = list(registry.all_resources())
READS = [operation for operation in operations() if operation.method == "GET"]
COMMON = ("limit", "cursor", "filter", "sort", "expand", "fields", "search", "count", "page")
OPERATORS = ["=", "!=", "~", "!~", ">", ">=", "<", "<=", "?=", "?!=", "?~", "?>", "==", "&&", ""]
LITERALS = [
    "1",
    "-1.5",
    "1e999",
    "true",
    "null",
    '""',
    '"a"',
    "'a'",
    "@now",
    "@todayStart",
    "@yearEnd",
    "@month",
    "@nothing",
    "@request.auth.id",
    '"2026-01-01"',
    '"\\',
    '"\\""',
    "0001-01-01",
    "id",
    "creator.username",
    "effects.a",
    "title:lower",
    "tags:each",
    "tags:length",
]
INNER = [
    "",
    "",
    "",
    "",
    ".id",
    ".username",
    ".creator.id",
    ".a.b",
    ":length",
    ":each",
    ":lower",
    ":x",
]
LIMITS = ["", "", "", ":limit(5)", ":limit(100)", ":limit(0)", ":limit(", ":limit(٣)", ":5", ":"]
SORTS = ["-created_at,-id", "id", "-id", "username,id", ""]


KINDS = (
    (DateTimeField, TIMES),
    (IntegerField, NUMBERS),
    (FloatField, NUMBERS),
    (UUIDField, IDS),
)


@cache
def fitting(column: ModelField) -> st.SearchStrategy[str]:
    """Return values of a column's kind, most of them at the edge of what there can be."""
    kinds = (
        (DateTimeField, TIMES),
        (IntegerField, NUMBERS),
        (FloatField, NUMBERS),
        (UUIDField, IDS),
    )
    own = next((known for kind, known in kinds if isinstance(column, kind)), None)
    if own is None:
        own = IDS if column.is_relation else WORDS
    choices = [str(value) for value, _label in column.flatchoices]
    return st.one_of(*[one_of([*own, *choices])] * 3, texts(*choices))


@cache
def comparisons(resource: Resource) -> st.SearchStrategy[str]:
    """Return comparisons of a column with what may be of its kind."""
    columns = [resource.column(name) for name in (*resource.filters, *resource.scans)]

    def comparison(column: ModelField) -> st.SearchStrategy[str]:
        values = st.one_of(fitting(column).map(in_quotes), fitting(column))
        return st.builds("{}{}{}".format, st.just(column.name), one_of(OPERATORS), values)

    return st.one_of(*map(comparison, columns)) if columns else st.just("id=1")


def in_quotes(text: str) -> str:
    """Write a text as a literal of the grammar."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@cache
def expressions(resource: Resource) -> st.SearchStrategy[str]:
    """Return filters, most of which follow the grammar and few of which make sense."""
    columns = [*resource.filters, *resource.scans, *resource.filters, *resource.scans]
    columns = [*columns, *resource.fields]
    name = st.builds("{}{}".format, one_of(columns), one_of(INNER))
    text = texts().map(in_quotes)
    literal = st.one_of(one_of(LITERALS), text, text, texts(), name)
    call = st.builds(
        "{}({})".format,
        st.sampled_from(["geoDistance", "strftime", "strftime", "nothing"]),
        st.lists(st.one_of(name, name, literal), max_size=4).map(",".join),
    )
    odd = st.builds("{}{}{}".format, st.one_of(name, name, name, call), one_of(OPERATORS), literal)
    good, joined = comparisons(resource), "({} && {}) || !{}".format
    return st.one_of(odd, odd, good, good, good, st.builds(joined, odd, good, good))


@cache
def cursors() -> st.SearchStrategy[str]:
    """Return cursors: those of nobody, those of another sort, and well-packed nonsense."""
    packed = st.builds(
        lambda sort, back, rest: [sort, back, *rest],
        one_of(SORTS),
        st.one_of(st.booleans(), st.booleans(), json_values()),
        st.lists(json_values(), max_size=3),
    )
    wrapped = st.one_of(packed, packed, json_values()).map(
        lambda value: urlsafe_b64encode(written(value)).rstrip(b"=").decode()
    )
    return st.one_of(wrapped, wrapped, texts("", "WyItaWQiLGZhbHNlLCJhIl0"))


@cache
def queries(resource: Resource) -> st.SearchStrategy[bytes]:
    """Return query strings, most of one parameter."""
    join = st.sampled_from([b"&"] * 8 + [b";", b"&&"])
    end = st.sampled_from([b""] * 12 + [b"&", b"=", b"%", b"#a"])
    pair = _pairs(resource)
    pairs = st.one_of(*[pair.map(lambda one: [one])] * 3, st.lists(pair, max_size=3))
    return st.builds(lambda by, all_, last: by.join(all_) + last, join, pairs, end)


def _pairs(resource: Resource) -> st.SearchStrategy[bytes]:
    columns = [resource.column(name) for name in (*resource.filters, *resource.scans)]
    names = [*resource.fields, *resource.expand, *(f"viewer.{one}" for one in resource.viewer)]
    back = [one.name for one in back_relations(resource)]
    relations = [*resource.expand, *back, "nothing", "posts_via_", "_via_card"]
    expand = st.lists(
        st.builds("{}{}".format, one_of(relations), one_of(LIMITS)), min_size=1, max_size=6
    ).flatmap(lambda names: one_of([",", "."]).map(lambda sign: sign.join(names)))
    expanded = [f"expand.{one}.id" for one in [*resource.expand, *back]]
    pair = "{}={}".format
    by_column = [
        st.builds(
            pair, one_of([f"{one.name}{suffix}" for suffix in suffixes_of(one)]), fitting(one)
        )
        for one in columns
    ]
    known = st.one_of(
        *[st.builds(pair, st.just("filter"), expressions(resource))] * 4,
        *[st.one_of(*by_column)] * (3 if by_column else 0),
        st.builds(pair, st.just("cursor"), cursors()),
        st.builds(pair, st.just("sort"), one_of([*resource.ordering, "id", "-id", "nothing"])),
        *[st.builds(pair, st.just("expand"), expand)] * 2,
        st.builds(pair, st.just("fields"), one_of([*names, *expanded, "*", "expand", "viewer"])),
        st.builds(pair, st.just("limit"), one_of(NUMBERS)),
        st.builds(
            pair, st.sampled_from(["search", "search", *COMMON]), texts(*names, "exact", "1")
        ),
    )
    return st.one_of(*[known.map(_encoded)] * 8, wire_texts(*COMMON))


def _filters_of(column: ModelField) -> st.SearchStrategy[str]:
    return one_of([f"{column.name}{suffix}" for suffix in suffixes_of(column)])


def _encoded(pair: str) -> bytes:
    name, _sign, value = pair.partition("=")
    raw = value.encode("utf-8", "surrogatepass")
    return name.encode() + b"=" + b"".join(b"%%%02X" % byte for byte in raw)


@st.composite
def reads(draw: st.DrawFn) -> Sent:
    """Return reads of resources."""
    resource = draw(one_of(RESOURCES))
    place = draw(st.sampled_from(["", "", "", f"/<{resource}>"]))
    method = draw(st.sampled_from(["GET", "GET", "GET", "HEAD"]))
    return Sent(method, f"/api/v1/{resource}{place}", draw(queries(resource)))


@st.composite
def other_reads(draw: st.DrawFn) -> Sent:
    """Return reads of whatever the document describes."""
    operation = draw(one_of(READS))
    path = operation.path.replace("{record_id}", "<cards>").replace("{provider}", "google")
    names = one_of([*operation.parameters, "state", "code", "redirect", "lang", "format"])
    pairs = draw(st.lists(st.tuples(names, wire_texts()), max_size=3))
    query = b"&".join(name.encode() + b"=" + value for name, value in pairs)
    return Sent("GET", path, query)


@given(sent=reads(), who=st.sampled_from(["alice", "admin", "admin", ""]))
@examples(150)
def test_no_query_string_makes_a_read_fail(world: World, sent: Sent, who: str) -> None:
    world.ask(sent, who)


@given(sent=other_reads(), who=st.sampled_from(["", "alice"]))
@examples(30)
def test_no_query_string_makes_any_other_read_fail(world: World, sent: Sent, who: str) -> None:
    world.ask(sent, who)
