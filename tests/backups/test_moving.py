"""The site moved to another database and back, while it is served, and though it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from time import monotonic, sleep
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backups import fence
from backups.fitness import weigh
from backups.models import DatabaseMove
from backups.tables import OF_THIS_DATABASE, KeptTable, kept_tables
from resources.models import KeptAnswer
from tests.migrated import EMBEDDED, ROOT, TEMPLATE_VARIABLE, fill_with_migrated_database
from tests.servers import new_database

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.personas import Persona

pytestmark = pytest.mark.django_db

NUMBERS = {"type": "object", "properties": {"hp": {"minimum": 1e17, "maximum": 1e308}}}
SEEN = {
    "cards": "SELECT id, title, tags::text, effects::text, like_count FROM cards_card ORDER BY 1",
    "members": "SELECT id, username, email FROM users_user ORDER BY 1",
    "log": "SELECT position, resource, record_id, after::text FROM resources_change ORDER BY 1",
    "references": "SELECT count(*) FROM pg_constraint WHERE contype = 'f'",
    "terms": "SELECT record_id, digest, vector::text FROM resources_searchentry ORDER BY 1",
}


@pytest.mark.servers
def test_a_site_is_moved_to_the_other_database_and_back_though_it_is_killed_half_way(
    alice: Persona,
    bob: Persona,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    card = alice.creates("cards", title="불꽃 용", tags=["카드"], effects={"preset": "holo"})
    alice.creates("templates", title="Numbers", slots=NUMBERS)
    alice.api.patch(f"cards/{card['id']}", {"status": "published"})
    assert bob.api.put(f"cards/{card['id']}/like").status_code == 200
    connection.check_constraints()  # a trigger can't be made while checks are deferred
    fill_with_migrated_database(tmp_path)
    monkeypatch.setenv("SEALING_KEYS", ",".join(settings.SEALING_KEYS()))
    monkeypatch.setenv("HOLOBASE_DATA", str(tmp_path))
    call_command("move", to="sqlite")
    refused = alice.api.post("cards", {"title": "Late"})
    assert (refused.status_code, refused.json()["code"]) == (503, "moving")
    assert refused.headers["Retry-After"]
    assert alice.api.get(f"cards/{card['id']}").status_code == 200

    template = os.environ.get(TEMPLATE_VARIABLE)
    target = new_database(os.environ["DATABASE_URL"], f"moved_{uuid4().hex}", template)
    command = [sys.executable, "manage.py", "move", "--skip-checks", "--to", target]
    environment = {**os.environ, **EMBEDDED}
    with psycopg.connect(target, autocommit=True) as there:
        killed = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        wait_until_rows_come(there)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        with connection.cursor() as here:
            for what, query in SEEN.items():
                here.execute(query)
                assert there.execute(query).fetchall() == here.fetchall(), what


def wait_until_rows_come(database: psycopg.Connection[tuple[int]]) -> None:
    until = monotonic() + 180
    while not database.execute("SELECT 1 FROM auth_permission").fetchall():
        assert monotonic() < until
        sleep(0.01)


def test_writes_wait_for_the_end_of_a_pause_and_reads_do_not(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    connection.check_constraints()
    tables = kept_tables(OF_THIS_DATABASE)
    move = DatabaseMove.objects.create(part=DatabaseMove.SOURCE, other="db:5432/site")
    fence.set_up(tables)
    alice.api.patch(f"cards/{card['id']}", {"title": "Red Dragon"})
    fence.pause(move, tables)
    for refused in (
        alice.api.patch(f"cards/{card['id']}", {"title": "Late"}),
        alice.api.post("posts", {"text": "Late"}),
        alice.api.delete(f"cards/{card['id']}"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (503, "moving")
        assert refused.headers["Retry-After"]
    assert alice.api.get(f"cards/{card['id']}").json()["title"] == "Red Dragon"
    assert fence.extend(move)
    fence.resume(move)
    assert not fence.close(move), "somebody may have written meanwhile"
    alice.api.patch(f"cards/{card['id']}", {"title": "Blue Dragon"})
    fence.require_open()

    fence.pause(move, tables)
    assert fence.close(move)
    with pytest.raises(CommandError, match="moved to db:5432/site"):
        fence.require_open()
    assert alice.api.delete(f"cards/{card['id']}").status_code == 503
    call_command("move", cancel=True)
    fence.require_open()
    assert alice.api.delete(f"cards/{card['id']}").status_code == 204


@pytest.mark.embedded
def test_a_dry_run_tells_of_values_that_postgresql_refuses() -> None:
    kept = KeptAnswer.objects.create(actor="alice", key="k" * 300, status=70_000, body="a\0b")
    weighed = weigh(KeptTable(KeptAnswer))
    assert weighed.problems == [
        f"resources_keptanswer {kept.pk}: key has 300 characters, 255 at most",
        f"resources_keptanswer {kept.pk}: status is 70000, which is too large",
        f"resources_keptanswer {kept.pk}: body has a null character",
    ]
