"""A copy of everything of a member's: asked for, built in the background, fetched, dropped."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from resources import changes, registry
from resources.actors import SYSTEM
from resources.ownership import mentions
from tests.client import Api
from tests.users.privacy.findings import stored_files
from tests.users.privacy.lives import MARK, USERNAME
from tests.working import run_due, run_later
from users.models import AccountEvent, Export, Session, Totp, User
from users.services import exports
from users.services.archives import write_archive
from users.services.exports import build_export, drop_expired_exports
from users.tasks import build_export as build_in_background

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.personas import Persona
    from tests.users.privacy.lives import Life


MODERATORS_OWN = ("case-notes", "case-events", "screening-rules")
"""What moderators write for each other: it names a member who may not look at it."""


def ask(persona: Persona) -> Any:
    return persona.api.post("users/me/export")


def asked_and_built(persona: Persona) -> Export:
    answer = ask(persona)
    assert answer.status_code == 202, answer.content
    build_export(answer.json()["id"])
    return Export.objects.get(pk=answer.json()["id"])


def fetch(persona: Persona, export: Export, **headers: str) -> Any:
    path = f"/api/v1/users/me/exports/{export.pk}/archive"
    return persona.api.client.get(path, headers=headers)


def opened(response: Any) -> ZipFile:
    assert response.status_code == 200, response.content
    return ZipFile(BytesIO(response.getvalue()))


def aged(export: Export, **columns: object) -> Export:
    return changes.update(Export.objects.get(pk=export.pk), by=SYSTEM, **columns)


def test_carol_finds_everything_of_hers_in_the_archive_and_nothing_else(life: Life) -> None:
    others_post = life.bob.creates("posts", text="bob's own words")
    assert life.moderator.api.delete(f"posts/{others_post['id']}").status_code == 204
    archive = opened(fetch(life.carol, asked_and_built(life.carol)))
    assert archive.testzip() is None
    texts = {name: archive.read(name).decode("latin-1") for name in archive.namelist()}
    everything = "\n".join(texts.values())
    for text in life.private | life.public:
        assert text in everything, text
    for row in life.rows:
        name = registry.resource_of(type(row)).name
        assert (str(row.pk) in texts[f"{name}.json"]) is (name not in MODERATORS_OWN), name
    assert "auth/sessions.json" in texts
    assert MARK in texts["changes.json"]
    assert USERNAME in texts["README.txt"]
    pictures = [name for name in texts if name.startswith("files/")]
    assert len(pictures) == len(json.loads(texts["files.json"])) > 0
    expects_every_resource(life, texts)
    expects_no_secret(life.user, texts)
    sanction = json.loads(texts["sanctions.json"])[0]
    assert "imposed_by_id" not in sanction, "members do not learn which moderator it was"
    expects_a_deletion_without_the_text(life.moderator, others_post["id"])


def expects_every_resource(life: Life, texts: Mapping[str, str]) -> None:
    mentioning = {resource.name for resource, _rows in mentions(life.user, life.carol.actor)}
    assert {f"{name}.json" for name in mentioning | {"users", "files", "changes"}} <= texts.keys()
    assert {resource.name for resource in registry.all_resources()} - mentioning == {"users"}


def expects_no_secret(user: User, texts: Mapping[str, str]) -> None:
    everything = "\n".join(texts.values())
    totp = Totp.objects.get(user=user)
    for secret in (user.password, user.email_index, totp.secret):
        assert secret not in everything
    account = json.loads(texts["users.json"])[0]
    assert account["username"] == USERNAME
    assert "password" not in account
    assert account["last_login"]


def expects_a_deletion_without_the_text(moderator: Persona, post: str) -> None:
    """A moderator who deletes a post has its text in the log as what she did."""
    archive = opened(fetch(moderator, asked_and_built(moderator)))
    made = json.loads(archive.read("changes.json"))
    deletion = next(change for change in made if change["record_id"] == post)
    assert (deletion["action"], "before" in deletion) == ("delete", False)
    assert b"bob's own words" not in b"".join(map(archive.read, archive.namelist()))


def test_alice_is_told_how_far_her_archive_is(alice: Persona) -> None:
    asked = ask(alice)
    assert (asked.status_code, asked.json()["state"]) == (202, "pending")
    path = asked["Location"].removeprefix("/api/v1/")
    assert alice.api.get(path).json() == asked.json()
    (job,) = alice.api.get("jobs").json()["results"]
    assert (job["name"], job["state"]) == ("build_export", "waiting")
    assert run_due(build_in_background) == 1
    job = alice.api.get(f"jobs/{job['id']}").json()
    assert (job["state"], job["done"]) == ("done", job["total"])
    ready = alice.api.get(path).json()
    assert ready["state"] == "ready"
    assert ready["size"] > 0
    week = timezone.now() + timedelta(days=7)
    assert Export.objects.get().expires_at == pytest.approx(week, abs=timedelta(minutes=1))
    assert "key" not in ready
    assert AccountEvent.objects.filter(user=alice.user, kind="export_requested").count() == 1


def test_the_archive_is_sent_as_a_file(alice: Persona) -> None:
    export = asked_and_built(alice)
    for accepted in ("*/*", "application/zip"):
        sent = fetch(alice, export, Accept=accepted)
        assert sent.headers["Content-Type"] == "application/zip"
        assert sent.headers["Content-Length"] == str(len(sent.getvalue())) == str(export.size)
        assert sent.headers["Content-Disposition"].startswith('attachment; filename="holobase-')
        assert sent.headers["Cache-Control"] == "no-store"


def test_others_cannot_fetch_alices_archive(
    alice: Persona, bob: Persona, moderator: Persona, admin: Persona, anonymous: Persona
) -> None:
    export = asked_and_built(alice)
    for stranger in (bob, moderator, admin):
        assert fetch(stranger, export).status_code == 404
        assert stranger.api.get(f"exports/{export.pk}").status_code == 404
    assert fetch(anonymous, export).status_code == 401
    key = alice.creates("auth/api-keys", name="robot", scopes=["*:read", "*:write"])
    robot = Api(key["secret"])
    assert robot.get(f"users/me/exports/{export.pk}/archive").status_code == 401
    assert robot.post("users/me/export").status_code == 401
    for unknown in (uuid4(), "x"):
        path = f"users/me/exports/{unknown}/archive"
        assert alice.api.get(path).status_code == 404


def test_nobody_can_reach_an_archive_as_a_public_file(alice: Persona) -> None:
    export = asked_and_built(alice)
    assert default_storage.exists(export.key)
    assert alice.api.client.get(f"/files/{export.key}").status_code == 404


def test_alice_can_have_one_archive_at_a_time_and_three_a_day(alice: Persona) -> None:
    first = ask(alice)
    again = ask(alice)
    assert (again.status_code, again.json()["code"]) == (409, "export_pending")
    build_export(first.json()["id"])
    for _number in range(2):
        asked_and_built(alice)
    refused = ask(alice)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 24 * 60 * 60 + 1


def test_alice_must_have_proved_lately_that_it_is_her(alice: Persona) -> None:
    session = Session.objects.get(user=alice.user)
    changes.update(session, by=SYSTEM, authenticated_at=timezone.now() - timedelta(hours=1))
    refused = ask(alice)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    assert not Export.objects.exists()


def test_an_archive_is_dropped_after_its_week(alice: Persona) -> None:
    export = asked_and_built(alice)
    assert drop_expired_exports() == 0
    aged(export, expires_at=timezone.now() - timedelta(seconds=1))
    assert fetch(alice, export).status_code == 404
    assert drop_expired_exports() == 1
    assert not any(name.startswith("exports/") for name in stored_files())
    assert alice.api.get(f"exports/{export.pk}").json()["state"] == "expired"
    assert drop_expired_exports() == 0


def test_what_a_crash_left_half_built_is_dropped(alice: Persona) -> None:
    export = Export.objects.get(pk=ask(alice).json()["id"])
    assert drop_expired_exports() == 0
    aged(export, created_at=timezone.now() - timedelta(days=2))
    assert drop_expired_exports() == 1
    assert alice.api.get(f"exports/{export.pk}").json()["state"] == "failed"
    assert ask(alice).status_code == 202


@pytest.mark.parametrize("step", ["write_archive", "_finish"])
def test_an_archive_that_fails_leaves_nothing(
    alice: Persona, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    finish = exports._finish

    def fail(*_given: Any, **values: Any) -> bool:
        if values.get("state") == "failed":
            return finish(*_given, **values)
        raise OSError("the disk is full")

    monkeypatch.setattr(exports, step, fail)
    export = Export.objects.get(pk=ask(alice).json()["id"])
    for _attempt in range(5):
        assert export.state == "pending"
        assert run_later(build_in_background) == 1
        export.refresh_from_db()
    assert (export.state, export.key) == ("failed", "")
    (job,) = alice.api.get("jobs").json()["results"]
    assert (job["state"], job["error"]) == ("failed", None)
    assert list(stored_files()) == []
    assert fetch(alice, export).status_code == 404


def test_an_archive_of_an_erased_member_is_not_kept(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_and_erase(user: User, target: Any, _tell: Any) -> None:
        write_archive(user, target)
        exports.delete_exports(user)

    monkeypatch.setattr(exports, "write_archive", write_and_erase)
    build_export(ask(alice).json()["id"])
    assert not Export.objects.exists()
    assert list(stored_files()) == []


def test_building_twice_is_building_once(alice: Persona) -> None:
    export = asked_and_built(alice)
    build_export(export.pk)
    assert aged(export).revision == export.revision
    assert len([name for name in stored_files() if name.startswith("exports/")]) == 1
    build_export(uuid4())


def test_lost_bytes_are_no_crash(alice: Persona) -> None:
    export = asked_and_built(alice)
    default_storage.delete(export.key)
    assert fetch(alice, export).status_code == 404
