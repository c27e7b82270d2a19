"""A short form of `python -m chaos.jobs`: each step of a job happens once, whoever is killed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from chaos.jobs.run import expected, tried
from tests.migrated import TEMPLATE_VARIABLE, migrate
from tests.servers import new_database

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.embedded
def test_a_killed_workers_job_is_resumed_on_sqlite(tmp_path: Path) -> None:
    assert tried(tmp_path, {}, 300, 1, 7) == expected(300, 1)


@pytest.mark.servers
def test_a_killed_workers_job_is_resumed_on_postgresql(tmp_path: Path) -> None:
    template = os.environ.get(TEMPLATE_VARIABLE)
    database = new_database(os.environ["DATABASE_URL"], f"jobs_{uuid4().hex}", template)
    urls = {"DATABASE_URL": database, "REDIS_URL": os.environ["REDIS_URL"]}
    if template is None:
        migrate({**urls, "HOLOBASE_DATA": str(tmp_path)})
    assert tried(tmp_path, urls, 300, 1, 7) == expected(300, 1)
