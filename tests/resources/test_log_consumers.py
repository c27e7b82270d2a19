"""Log consumers handle every change once and in order, whoever is killed and whatever raises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from cards.models import Card
from config import log_follower
from config.log_follower import LogFollower
from resources import changes, feed, log_consumers
from resources.actors import SYSTEM
from resources.log_consumers import (
    BATCH,
    MOST_ATTEMPTS,
    ConsumerRun,
    LogConsumer,
    advance,
    batches,
    begin_consumers,
    consume,
)
from resources.models import ConsumerPosition, KeptAnswer, SkippedChange
from tests.client import Browser
from tests.config.test_writer_process import until
from tests.consuming import run_consumers
from tests.other_process import other_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resources.models import Change
    from tests.personas import Persona

NAME = "titles"


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have one consumer, which notes the titles of new cards here."""
    titles: list[str] = []
    monkeypatch.setattr(log_consumers, "consumers", {})
    monkeypatch.setattr(log_follower, "consumers", log_consumers.consumers)
    monkeypatch.setattr("tests.consuming.consumers", log_consumers.consumers)
    monkeypatch.setattr(log_consumers, "FIRST_PAUSE", timedelta())
    declare(lambda batch: titles.extend(titles_in(batch)))
    return titles


def declare(handle: Callable[[Sequence[Change]], None]) -> None:
    """Declare the consumer, in the place of what there was."""
    log_consumers.consumers.pop(NAME, None)
    consume(LogConsumer(NAME, frozenset({"cards"}), handle, starts=lambda: 0))


def titles_in(batch: Sequence[Change]) -> list[str]:
    return [change.after["title"] for change in batch if "title" in change.after]


def titled(persona: Persona, *titles: str) -> None:
    """Create cards without going through the API, which is not what is tested."""
    for title in titles:
        changes.create(Card, by=SYSTEM, title=title, creator=persona.user)


def position() -> ConsumerPosition:
    return ConsumerPosition.objects.get(name=NAME)


def test_every_change_is_handled_once_and_in_order(alice: Persona, handled: list[str]) -> None:
    titles = [f"Card {number}" for number in range(BATCH + 5)]
    titled(alice, *titles)
    run_consumers()
    assert handled == titles
    bob = alice.api.patch("users/me", {"bio": "nothing of the consumer's"})
    assert bob.status_code == 200
    titled(alice, "The last")
    run_consumers()
    run_consumers()
    assert handled == [*titles, "The last"]


def test_changes_of_one_record_are_one_batch_and_counts_are_for_who_follows_them(
    alice: Persona, handled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[int] = []
    cards = frozenset({"cards"})
    consume(
        LogConsumer(
            "counts",
            cards,
            lambda batch: followed.append(len(batch)),
            lambda: 0,
            follows_counts=True,
        )
    )
    begin_consumers()
    titled(alice, "Liked")
    for likes in range(1, 2 * BATCH):
        changes.update(Card.objects.get(), by=SYSTEM, like_count=likes)
    changes.update(Card.objects.get(), by=SYSTEM, title="Renamed", like_count=0)
    reads = [0]
    between = feed.changes_between

    def counted(*after: Any, **options: Any) -> Sequence[Change]:
        reads[0] += 1
        return between(*after, **options)

    monkeypatch.setattr(feed, "changes_between", counted)
    run_consumers()
    assert followed == [2 * BATCH + 1], "one batch, however often the card has changed"
    assert handled == ["Liked", "Renamed"], "likes are no news for who does not follow them"
    assert reads == [1], "both read the log together"


def test_a_consumer_begins_where_it_says(alice: Persona, handled: list[str]) -> None:
    titled(alice, "Before")
    late = LogConsumer("late", frozenset({"cards"}), lambda _batch: None)
    consume(late)
    begin_consumers()
    assert position().position == 0
    begun = ConsumerPosition.objects.get(name="late").position
    titled(alice, "After")
    begin_consumers()
    assert ConsumerPosition.objects.get(name="late").position == begun > 0
    with pytest.raises(ValueError, match="late"):
        consume(late)


def test_a_change_that_cannot_be_handled_is_left_out_and_told_of(
    alice: Persona, handled: list[str], transactional_db: None
) -> None:
    def refuse_bad(batch: Sequence[Change]) -> None:
        KeptAnswer.objects.bulk_create(KeptAnswer(key=title) for title in titles_in(batch))
        if "Bad" in titles_in(batch):
            raise RuntimeError("of a secret card")

    declare(refuse_bad)
    titled(alice, "One", "Bad", "Two", "Three")
    begin_consumers()
    runs = [ConsumerRun(consumer) for consumer in log_consumers.consumers.values()]
    for attempt in range(1, MOST_ATTEMPTS):
        advance(runs)
        assert written() == ["One"]
        assert position().failures == attempt
        parts = Browser().get("/readyz").json()["parts"]
        assert parts["consumers"] == "unavailable: titles fails: RuntimeError"
    advance(runs)
    while advance(runs):
        pass
    assert written() == ["One", "Three", "Two"], "what failed has left nothing behind"
    skipped = SkippedChange.objects.get()
    assert (skipped.consumer, skipped.error) == (NAME, "RuntimeError: of a secret card")
    assert Card.objects.get(pk=skipped.record_id).title == "Bad"
    assert Browser().get("/readyz").json()["parts"]["consumers"] == "ok"
    metrics = Browser().get("/metrics").content.decode()
    assert f'holobase_log_consumer_skipped{{consumer="{NAME}"}} 1.0' in metrics
    assert f'holobase_log_consumer_behind{{consumer="{NAME}"}} 0.0' in metrics


def written() -> list[str]:
    return sorted(KeptAnswer.objects.values_list("key", flat=True))


def test_a_change_is_tried_again_after_a_pause(alice: Persona, handled: list[str]) -> None:
    titled(alice, "One")
    begin_consumers()
    state = position()
    ConsumerPosition.objects.update(failures=1, retry_at=timezone.now() + timedelta(minutes=1))
    run = ConsumerRun(log_consumers.consumers[NAME])
    assert not advance([run])
    assert handled == []
    ConsumerPosition.objects.update(retry_at=timezone.now())
    advance([run])
    assert handled == ["One"]
    assert position().position > state.position
    assert position().failures == 0


def test_an_idle_consumer_stores_now_and_then_how_far_it_is(
    alice: Persona, handled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_consumers()
    run = ConsumerRun(log_consumers.consumers[NAME])
    advance([run])
    assert position().position == 0
    monkeypatch.setattr(log_consumers, "SAVES_EVERY", 0.0)
    run.must_look = True
    advance([run])
    assert position().position > 0


def test_of_several_workers_one_handles_a_change(
    alice: Persona, handled: list[str], transactional_db: None
) -> None:
    titles = [f"Card {number}" for number in range(20)]
    titled(alice, *titles)
    begin_consumers()
    consumer, workers = log_consumers.consumers[NAME], 3
    gate = Barrier(workers)

    def work(_number: int) -> None:
        run = ConsumerRun(consumer)
        try:
            gate.wait(20)
            while len(handled) < len(titles):
                advance([run])
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(work, range(workers)))
    assert handled == titles


KILLED = """
import os, signal
from django.db import transaction
from resources import log_consumers
from resources.models import KeptAnswer
def handle(batch):
    KeptAnswer.objects.create(key="half done")
    print("handling", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
log_consumers.consumers.clear()
log_consumers.consume(log_consumers.LogConsumer("titles", frozenset({"cards"}), handle))
run = log_consumers.ConsumerRun(log_consumers.consumers["titles"])
"""


def test_what_a_killed_worker_was_at_is_done_by_another(
    alice: Persona, handled: list[str], transactional_db: None
) -> None:
    titled(alice, "One", "Two")
    begin_consumers()
    with other_process(KILLED, "log_consumers.advance([run])") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "handling\n"
        assert process.wait(20) < 0
    run_consumers()
    assert handled == ["One", "Two"]
    assert written() == []


def test_the_worker_follows_the_log_by_itself_and_outlives_its_database(
    alice: Persona, handled: list[str], transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[Exception] = [OperationalError("gone"), RuntimeError("odd")]

    def batches_later(runs: Any) -> Iterator[None]:
        if failures:
            raise failures.pop()
        return batches(runs)

    monkeypatch.setattr(log_follower, "batches", batches_later)
    monkeypatch.setattr(log_follower, "LOOKS_EVERY", 0.01)
    with LogFollower() as follower:
        titled(alice, "One")
        until(lambda: handled == ["One"])
    assert not follower.is_alive()
