"""A short form of `./holo faults partners`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chaos.partners.run import run
from chaos.partners.topologies import embedded, on_servers

if TYPE_CHECKING:
    from pathlib import Path

AWAY_SECONDS = 3.0


@pytest.mark.embedded
def test_clients_hardly_notice_that_the_worker_and_the_writer_died_and_lose_nothing_with_the_server(
    tmp_path: Path,
) -> None:
    with embedded(tmp_path) as served:
        faults = {"worker killed", "writer of SQLite killed", "Holobase killed"}
        outcomes = run(served, AWAY_SECONDS, faults)
        assert len(outcomes) == 3
        assert [problem for outcome in outcomes for problem in outcome.problems] == []
        assert served.bugs() == []


@pytest.mark.servers
def test_clients_are_told_that_partners_hang_and_lose_nothing(tmp_path: Path) -> None:
    with on_servers(tmp_path) as served:
        database, cache = run(served, AWAY_SECONDS, {"PostgreSQL hung", "Valkey hung"})
        assert [*database.problems, *cache.problems] == []
        assert served.bugs() == []
    assert 503 in {each.status for each in database.meanwhile}
    assert {each.status for each in cache.meanwhile} <= {200, 201}, "nobody needs it that much"
    assert {each.status for each in cache.probes} == {200}, "nor is it a reason to send them away"
