"""Short reads are answered in the event loop; long ones are cut short there and left to threads."""

from __future__ import annotations

import asyncio
import json
import logging
from io import StringIO
from threading import Thread

import pytest

from config.logs import GatheredLines, JsonLines
from resources.reading.loop import NotInLoopError, is_in_loop, loop_database

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.mark.embedded
def test_a_long_statement_is_cut_short_and_not_tried_again(db: None) -> None:
    async def ask() -> None:
        assert is_in_loop()
        database = loop_database()
        assert database.rows("SELECT %s + 1", [1]) == [(2,)]
        with pytest.raises(NotInLoopError) as cut:
            database.rows(LONG, [])
        assert cut.value.__cause__ is not None
        with pytest.raises(NotInLoopError) as refused:
            database.rows(LONG, [])
        assert refused.value.__cause__ is None
        with pytest.raises(NotInLoopError):
            database.rows("DELETE FROM cards_card", [])

    assert not is_in_loop()
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
