"""`./holo doctor`: every failing state is provoked, told of, and mended by what it says."""

from __future__ import annotations

import json
import os
import resource
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from backups.models import Backup
from config import key_check
from config.background import BackgroundWorker
from config.doctor import databases, machine, upkeep
from config.doctor.examination import ALL, examine, worst
from config.doctor.setup_check import State, size
from config.models import KeyCheck, WorkerHeartbeat
from config.tasks import keep_house
from files.storage import set_up_storage
from resources.models import Change, ConsumerPosition, Job, JobState, SkippedChange
from server.http_server import hold_folder
from server.private_files import restrict_existing_files
from tests.client import Browser
from tests.config.setup_checks import NAMED, does_not_arise, state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.personas import Persona


def test_every_check_says_what_why_and_how_to_mend_it() -> None:
    assert len(NAMED) == len(ALL)
    for check in ALL:
        assert str(check.what)
        assert str(check.why).endswith(".")
        assert str(check.mend).endswith(".")
        assert not check.needs or check.needs in NAMED


def test_the_command_reports_everything_and_fails_with_what_fails(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_storage()
    restrict_existing_files(settings.DATA_DIR)
    BackgroundWorker("alive").beat()
    monkeypatch.setattr("config.doctor.upkeep.SILENT_AFTER", timedelta(minutes=5))
    out = StringIO()
    call_command("doctor", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert [each for each in told["checks"] if each["state"] == "fail"] == []
    assert told["state"] == "warn"
    WorkerHeartbeat.objects.all().delete()
    examined = partial(examine, [NAMED["worker"]])
    monkeypatch.setattr("config.management.commands.doctor.examine", examined)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out, no_color=True)
    assert ended.value.code == 1
    assert "fail     Background worker: 0" in out.getvalue()
    assert "→ Start ./holo serve" in out.getvalue()


def test_what_can_not_be_asked_is_skipped_not_guessed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = MigrationRecorder.applied_migrations
    behind = ("config", "0002_former_tasks")
    monkeypatch.setattr(
        MigrationRecorder,
        "applied_migrations",
        lambda recorder: {key: row for key, row in applied(recorder).items() if key != behind},
    )
    results = {each.check.name: each for each in examine([NAMED["migrations"], NAMED["keys"]])}
    assert results["migrations"].state == State.FAIL
    assert "config.0002_former_tasks" in results["migrations"].seen
    assert (results["keys"].state, results["keys"].seen) == (State.SKIPPED, "migrations")
    assert worst(list(results.values())) == State.FAIL


def test_machine(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path / "data"
    assert state("folder_writable")[0] == "fail"
    (tmp_path / "data").mkdir()
    assert state("folder_writable")[0] == "ok"

    (tmp_path / "data" / "holobase.db").touch(0o644)
    os.chmod(tmp_path / "data" / "holobase.db", 0o644)  # noqa: PTH101 - whatever the umask
    assert state("folder_private") == ("fail", "holobase.db")
    (tmp_path / "data" / "holobase.db").chmod(0o600)
    assert state("folder_private")[0] == "ok"

    for constant, name, level in (
        ("LEAST_DISK_BYTES", "disk_room", "fail"),
        ("FEW_DISK_BYTES", "disk_room", "warn"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(machine, constant, 1 << 62)
            assert state(name)[0] == level
    with monkeypatch.context() as patch:
        patch.setattr(machine, "FEW_INODES", 1 << 62)
        assert state("inodes")[0] == "warn"

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit, level in ((900, "fail"), (4096, "warn")):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        try:
            assert state("open_files") == (level, f"ulimit -n {limit} (hard {hard})")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    monkeypatch.setattr(machine, "RELEASED", timezone.now() + timedelta(days=400))
    assert state("clock")[0] == "fail"
    settings.PROFILING = True
    assert state("profiling") == ("warn", "PROFILING=true")


def test_a_network_file_system_is_no_place_for_sqlite(tmp_path: Path) -> None:
    mounts = f"/dev/sda1 / ext4 rw 0 0\nfiler:/x {tmp_path} nfs4 rw 0 0\nproc /proc proc rw 0 0\n"
    assert machine.file_system_of(tmp_path / "data", mounts) == "nfs4"
    assert machine.file_system_of(tmp_path.parent, mounts) == "ext4"
    assert "nfs4".startswith(machine.NETWORK_FILE_SYSTEMS)


def test_database(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state("database") == ("ok", connection.vendor)
    assert state("migrations") == ("ok", "0")

    KeyCheck.objects.all().delete()
    key_check.require_fitting_keys()
    assert state("keys")[0] == "ok"
    settings.SECRET_KEY = "of another host, with a folder of its own"
    assert state("keys") == ("fail", "SECRET_KEY")

    assert state("clock_of_log")[0] == "ok"
    settings.CHANGES_KEPT_DAYS = 0
    assert state("event_log")[0] == "ok"
    monkeypatch.setattr(databases, "LARGE_LOG_BYTES", 0)
    assert state("event_log")[0] == "warn"


@pytest.mark.unlogged
def test_a_clock_that_was_set_back_is_told_of(db: None) -> None:
    Change.objects.create(
        at=timezone.now() + timedelta(hours=1),
        resource="cards",
        record_id="0199aaaa-0000-7000-8000-000000000000",
        action="update",
    )
    assert state("clock_of_log")[0] == "warn"


@pytest.mark.embedded
def test_sqlite(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert state("running_servers") == ("ok", "-")
    hold_folder(tmp_path, ["api", "worker"])
    assert state("running_servers") == ("ok", "api, worker")
    assert does_not_arise("connections")
    assert state("durability")[0] == "ok"


def test_a_database_that_nobody_has_made_is_not_made_by_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "connection", _Missing(tmp_path / "holobase.db"))
    assert state("database") == ("fail", str(tmp_path / "holobase.db"))
    assert list(tmp_path.iterdir()) == []


class _Missing:
    vendor = "sqlite"

    def __init__(self, file: Path) -> None:
        self.settings_dict = {"NAME": str(file)}


@pytest.mark.servers
def test_postgresql(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests' server does without durability.
    assert state("durability")[0] == "warn"
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"max_size": 150})
    assert state("connections")[0] == "warn"
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"max_size": 500})
    assert state("connections")[0] == "fail"
    monkeypatch.setattr(databases, "is_generated", lambda _name: True)
    assert state("secrets_shared")[0] == "warn"
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(minutes=5))
    assert state("database_clock")[0] == "fail"


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("public_address", {}, {"PUBLIC_URL": "https://cards.example.com"}),
        ("tls", {"PUBLIC_URL": "http://cards.example.com"}, {"PUBLIC_URL": "http://localhost"}),
        ("proxies", {"USE_TLS": True, "PROXIES": 0}, {"USE_TLS": True, "PROXIES": 1}),
        (
            "host_names",
            {"PUBLIC_URL": "https://cards.example.com", "ALLOWED_HOSTS": ["else.example.com"]},
            {"PUBLIC_URL": "https://cards.example.com", "ALLOWED_HOSTS": ["cards.example.com"]},
        ),
        (
            "second_factor",
            {"PUBLIC_URL": "https://cards.example.com", "REQUIRE_STAFF_2FA": False},
            {"REQUIRE_STAFF_2FA": True},
        ),
        (
            "metrics",
            {"PUBLIC_URL": "https://cards.example.com", "METRICS_TOKEN": ""},
            {"METRICS_TOKEN": "c0ffee"},
        ),
        (
            "push_contact",
            {"PUBLIC_URL": "https://cards.example.com", "VAPID_SUBJECT": "mailto:me@localhost"},
            {"VAPID_SUBJECT": "mailto:me@example.com"},
        ),
        ("backup_elsewhere", {}, {"BACKUP_TO": "s3://backups/cards"}),
    ],
)
def test_exposure(
    settings: Settings, name: str, wrong: Mapping[str, object], right: Mapping[str, object]
) -> None:
    for given, expected in ((wrong, False), (right, True)):
        for key, setting in given.items():
            setattr(settings, key, setting)
        assert (state(name)[0] == "ok") is expected


def test_upkeep(db: None, settings: Settings) -> None:
    now = timezone.now()
    Job.objects.all().delete()
    assert state("housekeeping")[0] == "warn"
    keep_house.enqueue()
    assert state("queue")[0] == "ok"
    late = now - timedelta(hours=1)
    Job.objects.update(run_at=late, created_at=late)
    assert state("queue")[0] == "warn"
    Job.objects.update(state=JobState.DONE, finished_at=now)
    assert state("housekeeping")[0] == "ok"
    assert state("failed_tasks")[0] == "ok"
    Job.objects.update(state=JobState.FAILED)
    assert state("failed_tasks") == ("warn", f"1: {keep_house.module_path}")

    ConsumerPosition.objects.all().delete()
    assert state("consumers")[0] == "ok"
    SkippedChange.objects.create(
        consumer="mentions", position=1, record_id=uuid4(), error="ValueError: x"
    )
    assert state("consumers")[0] == "warn"
    ConsumerPosition.objects.create(
        name="mentions", position=0, failures=2, error="ValueError: secret"
    )
    assert state("consumers") == ("fail", "mentions: ValueError")

    assert state("backup_age")[0] == "warn"
    settings.BACKUP_EVERY_HOURS = 24
    Backup.objects.create(name="holobase-1", started_at=now - timedelta(hours=3), finished_at=now)
    assert state("backup_age")[0] == "ok"
    Backup.objects.create(
        name="holobase-2", started_at=now, finished_at=now, error="No space left on device\nmore"
    )
    assert state("backup_age")[0] == "fail"
    Backup.objects.update(error="", started_at=now - timedelta(days=3))
    assert state("backup_age")[0] == "fail"


def test_an_admin_reads_the_same_in_the_admin_and_nobody_else_does(
    admin: Persona, moderator: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.doctor.page.examine", partial(examine, upkeep.CHECKS))
    pages = {}
    for persona in (admin, moderator):
        browser = Browser()
        assert persona.user is not None
        browser.force_login(persona.user)
        pages[persona is admin] = browser.get("/admin/doctor/")
        assert ("/admin/doctor/" in browser.get("/admin/").content.decode()) is (persona is admin)
    assert [pages[True].status_code, pages[False].status_code] == [200, 403]
    page = pages[True].content.decode()
    assert 'data-check="worker" data-state="fail"' in page
    assert "What to do:" in page


def test_a_size_is_written_for_readers() -> None:
    assert [size(900), size(1536), size(5 * 1024**3)] == ["900 B", "1.5 KiB", "5.0 GiB"]
