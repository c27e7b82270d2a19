"""Short reads are answered in the event loop; long ones are cut short there and left to threads."""

from __future__ import annotations

import asyncio
import json
import logging
from io import StringIO
from threading import Thread
from urllib.parse import quote

import pytest

from cards.models import Card
from resources.actors import ANONYMOUS
from resources.event_loop import MustRunInThread, is_in_event_loop
from resources.execution.inline_sqlite import inline_database
from resources.query.parsing import LONGEST_INLINE_QUERY, list_query
from resources.query.plans import list_plan
from resources.registry import resource_of
from server.logs import GatheredLines, JsonLines

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.mark.embedded
def test_a_long_statement_is_cut_short_and_not_tried_again(db: None) -> None:
    async def ask() -> None:
        assert is_in_event_loop()
        database = inline_database()
        assert database.rows("SELECT ? + 1", [1]) == [(2,)]
        with pytest.raises(MustRunInThread) as cut:
            database.rows(LONG, [])
        assert cut.value.__cause__ is not None
        with pytest.raises(MustRunInThread) as refused:
            database.rows(LONG, [])
        assert refused.value.__cause__ is None
        with pytest.raises(MustRunInThread):
            database.rows("DELETE FROM cards_card", [])

    assert not is_in_event_loop()
    asyncio.run(ask())


@pytest.mark.embedded
def test_what_is_not_known_yet_is_read_and_compiled_in_threads(db: None) -> None:
    cards, kind = resource_of(Card), ANONYMOUS.kind
    short = f"filter={quote('like_count > 5 && rarity != "epic" && like_count < 71')}"
    long = f"rarity__ne={'x' * LONGEST_INLINE_QUERY}"

    def known(query_string: str) -> bool:
        try:
            list_plan(cards, kind, list_query(cards, query_string))
        except MustRunInThread:
            return False
        return True

    async def ask() -> None:
        for query_string in (short, long):
            assert not known(query_string)
            assert await asyncio.to_thread(known, query_string)
            assert known(query_string)
        assert known(short.replace("71", "72")), "the shape is known"

    asyncio.run(ask())


def test_every_gathered_line_is_written_once() -> None:
    stream = StringIO()
    handler = GatheredLines(stream)
    handler.setFormatter(JsonLines())
    record = logging.LogRecord("lines", logging.INFO, __file__, 0, "line", (), None)

    def write() -> None:
        for _line in range(500):
            handler.handle(record)

    writers = [Thread(target=write) for _thread in range(4)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    handler.flush()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["line"] * 2_000
