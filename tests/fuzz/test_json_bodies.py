"""No body that an operation takes as JSON can make it fail."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from resources import registry
from tests.fuzz.hostile import cut, json_objects, json_values, one_of, raw_bodies, written
from tests.fuzz.operations import Operation, operations
from tests.fuzz.running import examples
from tests.fuzz.service import Sent

if TYPE_CHECKING:
    from tests.fuzz.conftest import World

TAKING = [operation for operation in operations() if operation.takes_body]
KINDS = [b"application/json"] * 12 + [
    b"application/json; charset=utf-16",
    b"application/json; charset=nonsense",
    b"application/json;charset=latin-1",
    b"application/jsonx",
    b"application/problem+json",
    b"application/merge-patch+json",
    b"text/plain",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data",
    b"application/octet-stream",
    b"/",
    b"",
]
GOOD = {
    "title": "Dragon",
    "text": "Tilt it.",
    "email": "new@example.com",
    "username": "somebody",
    "password": "a long secret 9",
    "identity": "alice",
    "rarity": "epic",
    "status": "published",
    "visibility": "public",
    "tags": ["fire"],
    "effects": {"preset": "holo"},
    "url": "https://example.com/told",
    "topics": ["cards"],
    "reason": "spam",
    "messages": [{"room": "r", "event": "e"}],
    "code": "123456",
    "grant_type": "client_credentials",
    "stars": 4,
    "kind": "mute",
    "name": "key",
    "scopes": ["cards:read"],
    "role": "moderator",
    "version": 1,
    "position": 1,
    **{one: f"<{one}s>" for one in ("card", "template", "user", "collection", "post", "room")},
}
PLACES = tuple(f"<{resource}>" for resource in registry.all_resources())
ODD = json_values(*PLACES, "Dragon", "epic", "cards")
BATCHED = [
    "cards",
    "cards/<cards>",
    "cards/<cards>/like",
    "posts",
    "users/me",
    "//",
    "cards/<posts>",
]


@cache
def bodies(operation: Operation) -> st.SearchStrategy[bytes]:
    """Return bodies: odd bytes, or an object with odd members among plausible ones."""
    if operation.path.endswith("/batch"):
        return st.one_of(batches(), batches(), raw_bodies())
    good = {name: GOOD[name] for name in operation.members if name in GOOD}
    odd = json_objects(operation.members, ODD)
    mixed = odd.map(lambda members: written(good | members))
    one_wrong = st.dictionaries(one_of(operation.members or ("x",)), ODD, max_size=1)
    nearly_good = one_wrong.map(lambda members: written(good | members))
    return st.one_of(nearly_good, nearly_good, mixed, odd.map(written), raw_bodies())


@cache
def batches() -> st.SearchStrategy[bytes]:
    """Return batches whose writes are odd."""
    path = st.sampled_from(BATCHED)
    write = st.fixed_dictionaries(
        {
            "method": st.sampled_from(["POST", "PATCH", "PUT", "DELETE"]),
            "path": st.one_of(path, path, ODD),
        },
        optional={
            "body": st.one_of(json_objects(("title", "tags", "effects", "text"), ODD), ODD),
            "if_match": json_values('"1"', "*"),
        },
    )
    return st.lists(write, min_size=1, max_size=3).map(lambda all_: written({"requests": all_}))


KEYS = [None, None, b"a", b"b", b"\xff", b"", b"x" * 256, b"\x7f"]


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """Return requests with a body."""
    operation = draw(one_of(TAKING))
    name = operation.path.removeprefix("/api/v1/").partition("/{")[0]
    path = operation.path.replace("{record_id}", f"<{name}>").replace("{provider}", "google")
    kind, key = draw(one_of(KINDS)), draw(one_of(KEYS))
    headers = [(b"content-type", kind)] if kind else []
    if key is not None:
        headers.append((b"idempotency-key", key))
    chunks = draw(cut(draw(bodies(operation))))
    return Sent(operation.method, path, headers=headers, chunks=chunks)


CARD_OF_A_TEMPLATE = Sent(
    "POST",
    "/api/v1/cards",
    headers=[(b"content-type", b"application/json")],
    chunks=(written({"title": "Dragon", "template": "<templates>"}),),
)


@given(sent=requests(), who=st.sampled_from(["", "alice", "admin", "admin"]))
@example(sent=CARD_OF_A_TEMPLATE, who="alice")
@examples(100)
def test_no_json_body_makes_an_operation_fail(world: World, sent: Sent, who: str) -> None:
    world.ask(sent, who)
