"""No parameter of an event stream can make it fail."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from resources import registry
from tests.fuzz.hostile import header_values, one_of, texts, wire_texts
from tests.fuzz.running import examples
from tests.fuzz.service import Sent
from tests.fuzz.test_queries import expressions

if TYPE_CHECKING:
    from tests.fuzz.conftest import World

RESOURCES = list(registry.all_resources())
TOPICS = (
    "cards",
    "cards/<cards>",
    "users/<users>/cards",
    "notifications",
    "feed",
    "posts",
    "x/",
    "/",
)
CURSORS = (
    "0",
    "1",
    "-1",
    "1~2",
    "2~1",
    "~",
    "1,2",
    ",",
    "9" * 39,
    "9" * 41,
    "٣",
    "0" * 40,
    "1~" + "9" * 30,
)


@st.composite
def streams(draw: st.DrawFn) -> Sent:
    """Return requests for streams."""
    resource = draw(one_of(RESOURCES))
    topic = one_of([*TOPICS, str(resource), str(resource)]).map(str.encode)
    known = [
        st.tuples(st.just(b"topic"), st.one_of(topic, topic, wire_texts(*TOPICS))),
        st.tuples(st.just(b"filter"), expressions(resource).map(_quoted)),
        st.tuples(st.just(b"since"), wire_texts(*CURSORS)),
        st.tuples(st.sampled_from([b"expand", b"fields"]), texts(*resource.fields).map(_quoted)),
        st.tuples(st.just(b"x"), wire_texts()),
    ]
    pairs = [(b"topic", str(resource).encode()), *draw(st.lists(st.one_of(*known), max_size=3))]
    query = b"&".join(name + b"=" + value for name, value in pairs)
    headers = []
    if draw(st.booleans()):
        headers.append((b"last-event-id", draw(header_values(*CURSORS))))
    return Sent("GET", "/api/v1/events", query, headers)


def _quoted(text: str) -> bytes:
    return quote(text.encode("utf-8", "surrogatepass"), safe="").encode()


@given(sent=streams(), who=st.sampled_from(["", "alice", "admin"]))
@examples(50)
def test_no_parameter_makes_a_stream_fail(world: World, sent: Sent, who: str) -> None:
    world.ask(sent, who)
