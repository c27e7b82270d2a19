"""A connection that the server ends is closed at once, whether or not its client says anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.realtime.test_shutdown import Process, close_code, listener, subscribes, told

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("closing")
    with Process(folder, "realtime", MOST_CONNECTIONS_PER_ADDRESS="1") as running:
        yield running


@pytest.mark.backends
def test_one_connection_too_many_is_closed_at_once(process: Process) -> None:
    with listener(process) as live:
        assert subscribes(live)["type"] == "subscribed"
        with listener(process) as late:
            assert told(late)["code"] == "too_many_connections"
            assert close_code(late) == 4429
        live.send('{"type": "ping"}')
        assert told(live)["type"] == "pong"
