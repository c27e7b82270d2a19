"""A short form of `./holo faults counters`: counts stay exact whoever meets at a row."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from chaos.counters.run import counted
from tests.migrated import TEMPLATE_VARIABLE
from tests.servers import new_database

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Namespace(requests=640, connections=32, seed=7)


@pytest.mark.embedded
def test_counts_are_exact_after_many_met_at_a_row_on_sqlite(tmp_path: Path) -> None:
    assert counted(tmp_path, {}, PLAN).differences == []


@pytest.mark.servers
def test_counts_are_exact_after_many_met_at_a_row_on_postgresql(tmp_path: Path) -> None:
    template = os.environ.get(TEMPLATE_VARIABLE)
    database = new_database(os.environ["DATABASE_URL"], f"counters_{uuid4().hex}", template)
    urls = {"DATABASE_URL": database, "REDIS_URL": os.environ["REDIS_URL"]}
    assert counted(tmp_path, urls, PLAN).differences == []
