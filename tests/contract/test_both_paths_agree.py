"""Every read and batch, good or bad, has one answer, by the fast path and through Django."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from resources import registry
from server.app import Origins, application
from tests.cells import fewer
from tests.contract.examples import example_row
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.declaration import Resource
    from resources.json_text import JsonObject

RESOURCES = list(registry.all_resources())
REQUESTS_AT_ONCE = 16
# The server's own business.
PASSING = {b"date"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[bytes, list[bytes]]
    body: bytes


class Both:
    """Both paths, each with what stands before it, in one event loop."""

    def __init__(self) -> None:
        served: Any = application
        self.short = served.application_mapping["http"]
        self.long = Origins(self.short.next_app.next_app.next_app.next_app)
        self.runner = asyncio.Runner()

    def ask(self, scopes: list[dict[str, object]]) -> list[tuple[Answer, Answer]]:
        """Ask both the same."""
        return self.runner.run(self._ask(scopes))

    async def _ask(self, scopes: list[dict[str, object]]) -> list[tuple[Answer, Answer]]:
        return [
            (await _asked(self.short, scope), await _asked(self.long, scope)) for scope in scopes
        ]


async def _asked(path: Any, scope: JsonObject) -> Answer:
    sent: list[JsonObject] = []
    body: bytes = scope.get("body", b"")

    async def receive() -> JsonObject:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: JsonObject) -> None:
        sent.append(message)

    await asyncio.create_task(path(dict(scope), receive, send))
    headers: dict[bytes, list[bytes]] = {}
    for name, value in sent[0]["headers"]:
        if name not in PASSING:
            headers.setdefault(name, []).extend(sorted(value.split(b", ")))
    return Answer(sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]))


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    """Yield both paths."""
    paths = Both()
    yield paths
    paths.runner.close()


@pytest.fixture
def known(transactional_db: None) -> dict[str, list[str]]:
    """Fill every resource; returns the ids of each, and who may ask as `Authorization` headers."""
    alice, bob = new_member("alice"), new_member("bob")
    moderator = new_member("moderator", roles=["moderator"])
    found = {resource.name: [str(example_row(resource, owner=alice).pk)] for resource in RESOURCES}
    people = [alice.authorization, bob.authorization, moderator.authorization]
    return found | {"people": ["", *people, "Bearer nonsense", "Basic x", "Bearer"]}


def scope_of(method: str, url: str, headers: dict[str, str]) -> JsonObject:
    """Return a request as ASGI describes it."""
    path, query = urlsplit(url).path, urlsplit(url).query
    named = {"host": "testserver", "x-request-id": "one-and-the-same", **headers}
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "scheme": "http",
        "client": ("198.51.100.7", 1),
        "server": ("testserver", 80),
        "http_version": "1.1",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
    }


ODD = ["", "0", "-1", "zzz", "💎", "\x00", "a" * 300, "*", "id,id", "%"]


@cache
def parameters(resource: Resource) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Return query parameters, most of which this resource knows."""
    names = [*resource.fields, *resource.filters, *resource.scans, "titel", "creator.username"]
    name = st.sampled_from(names)
    value = st.sampled_from(
        ["1", '"a"', "true", "null", "@now", "@todayStart", '"2026-01-01"', "2 3"]
    )
    operator = st.sampled_from(["=", "!=", "~", "!~", ">", ">=", "?=", "=="])
    comparison = st.builds("{}{}{}".format, name, operator, value)
    expression = st.one_of(comparison, st.builds("({} && {}) || {}".format, *[comparison] * 3))
    expand = [*resource.expand, "creator.avatar", "card.creator", "nothing"]
    known: JsonObject = {
        "limit": st.sampled_from(["1", "2", "100", "101", "x"]),
        "sort": st.sampled_from([*resource.ordering, "id", "-id", "nothing", "--id"]),
        "fields": st.lists(name, max_size=3).map(",".join),
        "expand": st.lists(st.sampled_from(expand), max_size=2).map(",".join),
        "filter": expression,
        "count": st.sampled_from(["exact", "estimate", "some"]),
        "search": st.sampled_from(["alice", "dragon fire", '"', " "]),
        "cursor": st.sampled_from(["", "x", "WyItaWQiLGZhbHNlLCJhIl0", "Z" * 50]),
    }
    pairs = [st.tuples(st.just(key), of) for key, of in known.items()]
    column = st.tuples(
        st.builds("{}{}".format, name, st.sampled_from(["", "__gte", "__in", "__nothing"])),
        st.sampled_from(["1", "a", "2026-01-01", "true", *ODD]),
    )
    odd = st.tuples(st.sampled_from([*known, "page"]), st.sampled_from(ODD))
    return st.lists(st.one_of(*pairs, column, odd), max_size=3)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, str, int, dict[str, str]]:
    """Return a request: method, resource, the rest of the address, who asks, further headers."""
    resource = draw(st.sampled_from(RESOURCES))
    place = draw(st.sampled_from(["", "", "", "/{id}", "/{id}", "/nothing", "/{id}x", "/me/x"]))
    query = urlencode(draw(parameters(resource)) if place in ("", "/{id}") else [])
    headers = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "accept-language": st.sampled_from(["ko", "ko-KR,en;q=0.5", "de", "*", "x;q=y"]),
                "if-none-match": st.sampled_from(['"1"', 'W/"1"', '"2", "1"', "*", "nothing"]),
                "origin": st.just("https://cards.example"),
                "accept": st.sampled_from(["text/html", "application/json"]),
            },
        )
    )
    method = draw(st.sampled_from(["GET", "GET", "GET", "HEAD"]))
    url = f"/api/v1/{resource}{place}" + (f"?{query}" if query else "")
    return method, resource.name, url, draw(st.integers(0, 6)), headers


@given(asked=st.lists(requests(), min_size=REQUESTS_AT_ONCE, max_size=REQUESTS_AT_ONCE))
@settings(
    max_examples=fewer(150),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_both_paths_give_every_read_the_same_answer(
    known: dict[str, list[str]],
    both: Both,
    asked: list[tuple[str, str, str, int, dict[str, str]]],
) -> None:
    scopes = []
    for method, resource, url, who, headers in asked:
        person = known["people"][who]
        sent = headers | ({"authorization": person} if person else {})
        scopes.append(scope_of(method, url.replace("{id}", known[resource][0]), sent))
    for scope, (short, long) in zip(scopes, both.ask(scopes), strict=True):
        assert short.status == long.status < 500, scope
        assert short.headers == long.headers, scope
        assert short.body == long.body, scope


MANY = [{"method": "DELETE", "path": "cards/nothing"}] * 51
ONE = {"method": "PATCH", "path": "cards/{id}", "body": {"title": "Dragon"}}
BATCHES: list[object] = [
    {"requests": [ONE, ONE | {"path": "/cards/{id}/"}, ONE | {"path": " /api/v1/cards/{id}"}]},
    {"requests": [ONE | {"if_match": "x"}]},
    {"requests": [ONE | {"body": None}]},
    {"requests": [ONE | {"body": {"titel": "é"}}, {"path": "cards"}]},
    {"requests": [{"method": "GET", "path": "cards"}, {"method": "POST", "path": "batch"}]},
    {"requests": [{"method": "POST", "path": path} for path in ("", "no", "cards/{id}/no", "x y")]},
    {"requests": [{"method": 1, "path": ["cards"], "if_match": {}}, "cards", None]},
    {"requests": MANY, "further": 1},
    {"requests": {}},
    {"requests": []},
    {},
    [],
    None,
    "cards",
]


@pytest.mark.parametrize("key", [None, "", "once"])
def test_both_paths_give_every_batch_the_same_answer(
    known: dict[str, list[str]], both: Both, key: str | None
) -> None:
    sent = {"content-type": "application/json", "accept-language": "ko"}
    sent |= {} if key is None else {"idempotency-key": key}
    bodies = [json.dumps(batch).replace("{id}", known["cards"][0]).encode() for batch in BATCHES]
    scopes = []
    for body, person in product([*bodies, b"", b"{", b"\xff"], known["people"][:5]):
        who = {"authorization": person} if person else {}
        scopes.append({**scope_of("POST", "/api/v1/batch", sent | who), "body": body})
    for scope, (short, long) in zip(scopes, both.ask(scopes), strict=True):
        assert short.status == long.status < 500, scope
        # The second one is counted, too.
        assert less_limits(short) == less_limits(long), scope
        assert short.body == long.body, scope


def less_limits(answer: Answer) -> dict[bytes, list[bytes]]:
    limits = (b"ratelimit-remaining", b"ratelimit-reset")
    return {name: value for name, value in answer.headers.items() if name not in limits}
