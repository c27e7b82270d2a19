"""The whole site in one file, brought back to an empty site on either database."""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backups.archives import opened
from backups.backing_up import write_archive
from backups.models import Backup
from backups.places import backup_place
from backups.tables import kept_tables
from cards.models import Card, CardLike
from resources import changes
from resources.actors import SYSTEM
from resources.models import Change
from tests.files.drawings import drawn
from tests.migrated import EMBEDDED, ROOT, fill_with_migrated_database
from tests.servers import new_database

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.mail import EmailMessage
    from pytest_django.fixtures import Settings

    from tests.personas import Persona
    from users.models import User

pytestmark = pytest.mark.django_db


def told_nothing(_part: str, _done: int, _of: int) -> None:
    """Hear of progress."""


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Path:
    """Let backups of this test go to a folder of its own; return it."""
    settings.BACKUP_TO = str(tmp_path / "backups")
    settings.BACKUP_WORK_FOLDER = tmp_path
    return tmp_path


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of another site, on SQLite and a local folder unless told otherwise.

    The start-up checks, half of what it takes, are the same as this site's, which a gate runs.
    """
    environment = {**os.environ, **EMBEDDED, "HOLOBASE_DATA": str(folder), **variables}
    return subprocess.run(
        [sys.executable, "manage.py", *command, "--skip-checks"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def empty_site(folder: Path) -> Path:
    """Return the data folder of a site without members."""
    folder.mkdir()
    fill_with_migrated_database(folder)
    return folder


def test_a_backup_is_restored_on_an_empty_site_to_the_last_row_and_byte(
    alice: Persona, bob: Persona, site: Path, settings: Settings
) -> None:
    picture = BytesIO(drawn("PNG"))
    values = {"title": "불꽃 용", "status": "published", "front": picture}
    card = alice.api.upload("cards", values).json()
    bob.creates("posts", text="Tilt it 🐉", card=card["id"], tags=["카드"])
    call_command("backup")
    made = Backup.objects.get()
    assert (made.error, made.files, made.missing_files, made.is_encrypted) == ("", 1, 0, False)
    archive = site / "backups" / made.name
    assert archive.stat().st_mode & 0o777 == 0o600

    there = empty_site(site / "there")
    done = run(there, "restore", str(archive))
    assert done.returncode == 0, done.stderr
    assert f"{made.rows} rows and 1 files" in done.stdout
    with closing(sqlite3.connect(there / "holobase.db")) as database:
        assert database.execute("SELECT title FROM cards_card").fetchall() == [("불꽃 용",)]
        terms = database.execute("SELECT count(*) FROM resources_searchentry").fetchone()
    assert terms[0] >= 3
    assert (there / "secrets" / "sealing_keys").read_text() == settings.SEALING_KEYS()[0]
    (stored,) = [path for path in (there / "files").rglob("*") if path.is_file()]
    assert stored.name in card["front"]["url"]

    again = run(there, "restore", str(archive))
    assert (again.returncode, "There are members here" in again.stderr) == (1, True)


@pytest.mark.servers
def test_a_site_goes_from_one_database_to_the_other_and_back(alice: Persona, site: Path) -> None:
    alice.creates("cards", title="Dragon", tags=["fire"], effects={"preset": "holo", "glare": 0.25})
    archive = site / "from-postgresql.tar"
    first = write_archive(archive, told_nothing)
    there = empty_site(site / "there")
    assert run(there, "restore", str(archive)).returncode == 0
    second = run(there, "backup")
    assert second.returncode == 0, second.stderr
    (made,) = (there / "backups").iterdir()
    url = new_database(os.environ["DATABASE_URL"], f"restored_{uuid4().hex}")
    back = run(site / "back", "restore", str(made), DATABASE_URL=url)
    assert back.returncode == 0, back.stderr
    with opened(made, None) as restored:
        same = {name for name in first.tables if name != "backups_backup"}
        assert {name: restored.manifest.tables[name] for name in same} == {
            name: first.tables[name] for name in same
        }


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_of_one_moment_although_others_write_meanwhile(
    alice: Persona, bob: Persona, site: Path
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    written = 0

    def write_meanwhile(part: str, _done: int, _of: int) -> None:
        nonlocal written
        if part == "tables" and written < 20:
            assert bob.user
            with ThreadPoolExecutor(1) as other:  # a thread has a connection of its own
                other.submit(like_and_create, card["id"], bob.user).result()
            written += 1

    archive = site / "meanwhile.tar"
    write_archive(archive, write_meanwhile)
    assert Card.objects.count() == 1 + written
    with opened(archive, None) as reader:
        rows = {name: table["rows"] for name, table in reader.manifest.tables.items()}
        columns = reader.manifest.tables["cards_card"]["columns"]
        (kept,) = reader.rows("cards_card")
    assert (rows["cards_card"], rows["cards_cardlike"]) == (1, 0)
    assert dict(zip(columns, kept, strict=True))["like_count"] == 0
    assert rows["resources_change"] < Change.objects.count()


def like_and_create(card_id: str, user: User) -> None:
    """Like a card and create another one, as another process would."""
    try:
        with changes.together():
            card = Card.objects.get(pk=card_id)
            if not CardLike.objects.filter(card=card, user=user).exists():
                changes.create(CardLike, by=SYSTEM, card=card, user=user)
                changes.update(card, by=SYSTEM, like_count=card.like_count + 1)
            changes.create(Card, by=SYSTEM, creator=user, title="Meanwhile")
    finally:
        connection.close()


def test_an_encrypted_backup_opens_with_its_key_alone(
    alice: Persona, site: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    alice.creates("cards", title="Dragon")
    call_command("backup", "key")
    printed = capsys.readouterr().out
    (site / "key").write_text(printed)
    settings.BACKUP_RECIPIENTS = [printed.split()[1].removeprefix("BACKUP_RECIPIENTS=")]
    call_command("backup")
    (archive,) = (site / "backups").iterdir()
    assert b"Dragon" not in archive.read_bytes()
    with pytest.raises(CommandError, match="--identity"):
        call_command("restore", str(archive))
    call_command("backup", "key")
    (site / "other").write_text(capsys.readouterr().out)
    with pytest.raises(CommandError, match="can't be decrypted"):
        call_command("restore", str(archive), identity=site / "other")
    with opened(archive, site / "key") as reader:
        assert reader.manifest.tables["cards_card"]["rows"] == 1


def test_a_damaged_backup_restores_nothing(alice: Persona, site: Path) -> None:
    alice.creates("cards", title="Dragon")
    archive = site / "whole.tar"
    write_archive(archive, told_nothing)
    half = site / "half.tar"
    half.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    changed = site / "changed.tar"
    with tarfile.open(archive) as old, tarfile.open(changed, "w") as new:
        for member in old.getmembers():
            content = old.extractfile(member)
            assert content
            if member.name == "manifest.json":
                manifest = json.load(content)
                manifest["tables"]["cards_card"]["digest"] = "0" * 64
                (site / "manifest").write_text(json.dumps(manifest))
                new.add(site / "manifest", "manifest.json")
            else:
                new.addfile(member, content)
    there = empty_site(site / "there")
    for archive, problem in {half: "not a whole", changed: "cards_card: the rows are not"}.items():
        done = run(there, "restore", str(archive))
        assert (done.returncode, problem in done.stderr) == (1, True), done.stderr
    with closing(sqlite3.connect(there / "holobase.db")) as database:
        assert database.execute("SELECT count(*) FROM users_user").fetchone() == (0,)


def test_a_backup_that_fails_is_noted_and_operators_are_told(
    site: Path, settings: Settings, admin: Persona, mailoutbox: list[EmailMessage]
) -> None:
    settings.BACKUP_TO = str(site / "a-file")
    (site / "a-file").touch()
    with pytest.raises(OSError, match="a-file"):
        call_command("backup")
    assert "a-file" in Backup.objects.get().error
    (mail,) = mailoutbox
    assert admin.user
    assert (mail.to, "a-file" in mail.body) == ([admin.user.email], True)


def test_a_backup_that_breaks_off_leaves_no_file_behind_and_none_open(site: Path) -> None:
    before = list(site.iterdir())

    def break_off(*_progress: object) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="space"):
        write_archive(site / "broken-off.tar", break_off)
    gc.collect()  # a file left open gives a ResourceWarning, which fails the test
    assert list(site.iterdir()) == before


def test_only_the_newest_backups_are_kept(site: Path, settings: Settings) -> None:
    settings.BACKUP_KEEP = 2
    for _time in range(3):
        call_command("backup")
    made = list(Backup.objects.order_by("started_at").values_list("name", flat=True))
    assert sorted(path.name for path in (site / "backups").iterdir()) == made[1:]


def test_every_table_is_kept_or_left_out_for_a_reason() -> None:
    names = {table.name for table in kept_tables()}
    assert {"users_user", "users_user_groups", "resources_change", "cards_card"} <= names
    assert not names & {"files_variant", "resources_searchentry", "django_session"}


@pytest.mark.servers
def test_backups_are_kept_in_a_bucket(
    alice: Persona, site: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    alice.creates("cards", title="Dragon")
    settings.BACKUP_TO = f"s3://{os.environ['S3_BUCKET']}/backups-{uuid4().hex}"
    settings.BACKUP_KEEP = 1
    call_command("backup")
    call_command("backup")
    capsys.readouterr()
    call_command("backup", "list")
    (name,) = capsys.readouterr().out.split()
    backup_place().fetch(name, site / name)
    with opened(site / name, None) as archive:
        assert archive.manifest.tables["cards_card"]["rows"] == 1
    with pytest.raises(FileNotFoundError):
        backup_place().fetch("holobase-of-nobody.tar", site / "missing")
