"""What strangers send, however much of it and however different, makes no process grow."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import pytest

from cards.models import Card
from resources.actors import ANONYMOUS, Actor
from resources.answers import JSON, VARY, HttpAnswer
from resources.byte_cache import ByteCache, byte_cached
from resources.execution.epochs import Epochs
from resources.execution.response_cache import ResponseCache
from resources.query.parsing import QUERY_BYTES, list_query, view_selection
from resources.query.plans import PLAN_BYTES, list_plan, view_plan
from resources.registry import resource_of
from resources.visibility.queries import stream_query, visible_ids_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.embedded

CARDS = resource_of(Card)
KIND = ANONYMOUS.kind
SIGNS = ("=", "!=", ">", ">=", "<", "<=")


def filtered(number: int, conditions: int) -> str:
    """Write a filter whose shape no other number has."""
    parts = [
        f"like_count {SIGNS[(number >> (2 * place)) % 4]} {place}" for place in range(conditions)
    ]
    return "filter=" + quote(" && ".join(parts))


def list_shape(number: int) -> None:
    """Compile a list by a long filter of its own shape."""
    list_plan(CARDS, KIND, list_query(CARDS, filtered(number, 60)))


def stream_shape(number: int) -> None:
    """Compile a subscription by a filter of its own shape."""
    visible_ids_query(CARDS, KIND, "list", stream_query(CARDS, filtered(number, 20)))


def long_value(number: int) -> None:
    """Read a query that is long by its values."""
    list_query(CARDS, f"creator={number}{'x' * 4_000}&rarity__ne={'y' * 3_500}")


def record_shape(number: int) -> None:
    """Compile a record's plan by fields in an order of their own."""
    names = [CARDS.fields[(number >> place) % len(CARDS.fields)] for place in range(12)]
    view_plan(CARDS, KIND, view_selection(CARDS, f"fields={','.join(names)}&expand=creator"))


@pytest.fixture(autouse=True)
def found_again() -> Iterator[None]:
    """Have the collector list what was there before the tests too, which a run freezes."""
    gc.unfreeze()
    yield
    gc.freeze()


def caches() -> list[ByteCache[object]]:
    """Find all caches there are."""
    return [found for found in gc.get_objects() if type(found) is ByteCache]


@pytest.mark.no_cover
@pytest.mark.parametrize("ask", [list_shape, stream_shape, long_value, record_shape])
def test_caches_count_no_less_than_they_take(db: None, ask: Callable[[int], None]) -> None:
    for cache in caches():
        cache.clear()
    ask(0)
    gc.collect()
    tracemalloc.start()
    used = sum(cache.used for cache in caches())
    for number in range(1, 25):
        ask(number)
    gc.collect()
    taken, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    counted = sum(cache.used for cache in caches()) - used
    assert counted > 50_000
    assert taken <= counted, f"{taken} bytes taken, {counted} counted"


@pytest.mark.no_cover
def test_responses_that_were_sent_count_no_less_than_they_take() -> None:
    responses = ResponseCache(Epochs(), 1_000_000, 60)
    gc.collect()
    tracemalloc.start()
    for number in range(100):
        path = f"/api/v1/cards/{uuid4()}"
        actor = Actor(uuid4(), frozenset({f"role-{number}"}), name="member")
        headers = {"Content-Type": JSON, "Vary": VARY, "ETag": f'"{number}"', "Change-Cursor": path}
        answer = HttpAnswer(200, b"x" * 100, headers, frozenset({"cards", f"source-{number}"}))
        assert answer.encoded_headers
        responses.keep((path, "", actor.id, actor.kind), answer, 0, len(path))
    taken, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken <= responses.entries.used


def test_long_queries_push_each_other_out(db: None) -> None:
    long_value(0)
    before = max(caches(), key=lambda cache: cache.used)
    for number in range(QUERY_BYTES // 500_000):
        long_value(number)
    assert QUERY_BYTES // 2 < before.used <= QUERY_BYTES
    assert all(cache.used <= PLAN_BYTES for cache in caches())


def test_what_is_asked_again_and_again_stays() -> None:
    asked: list[str] = []

    @byte_cached(10_000, lambda text: len(text))  # noqa: PLW0108 - as everywhere
    def read(text: str) -> str:
        asked.append(text)
        return text

    for number in range(100):
        assert read("popular") == "popular"
        read(f"{number}" + "x" * 1_000)
    assert asked.count("popular") == 1


def test_what_is_larger_than_all_memory_is_not_kept() -> None:
    cache: ByteCache[str] = ByteCache(10_000)
    cache.put("key", "small", 10)
    cache.put("key", "large", 10_000)
    assert cache.get("key") is None
    assert cache.used == 0
