"""The uploads command, small: a client of others' gets its file through whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chaos.uploads.__main__ import events
from chaos.uploads.clients import by_tuspy
from chaos.uploads.run import CUT, KILL, MEBIBYTE, TITLE, Mishaps, Server, Trial, tried
from tests.migrated import EMBEDDED, fill_with_migrated_database

if TYPE_CHECKING:
    from pathlib import Path

CHUNK_BYTES = MEBIBYTE // 2


@pytest.mark.embedded
def test_tuspy_uploads_through_cuts_and_a_killed_server(tmp_path: Path) -> None:
    fill_with_migrated_database(tmp_path)
    trial = Trial("tuspy", 4 * MEBIBYTE)

    def client(path: Path, address: str, token: str) -> str:
        return by_tuspy(path, address, token, CHUNK_BYTES)

    tried(trial, client, Server(tmp_path, EMBEDDED, trial), Mishaps.spread(trial, events(2, 1)))
    assert trial.is_right
    assert (trial.cuts, trial.kills) == (2, 1)
    assert trial.line().count("|") == TITLE.splitlines()[0].count("|")


def test_what_happens_is_spread_over_the_file() -> None:
    assert events(4, 2) == [CUT, CUT, KILL, CUT, CUT, KILL]
    assert events(2, 0) == [CUT, CUT]
