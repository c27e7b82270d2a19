"""What takes its time happens outside of transactions, which others wait for.

Pictures, password hashes, storage, mail and other servers are watched from inside: each asserts
that its caller is in no transaction, and each test that it was called at all.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, override
from uuid import UUID

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.utils import timezone

from community.models import Notification, PushSubscription
from community.tasks.notifications import push_notification
from files.models import File
from files.services import store_picture
from files.tasks import delete_bytes, sweep_unused_files
from resources import changes, registry
from resources.actors import SYSTEM
from resources.outgoing import Outcome
from tests.client import Api, Browser
from tests.contract.examples import example_row
from tests.files.conftest import storage
from tests.files.drawings import drawn
from tests.personas import new_member
from users.models import Export, Purpose, User
from users.services.erasure import erase_due_members
from users.services.exports import build_export, drop_expired_exports
from users.services.proofs import ask_for_proof, issue_code
from users.tasks import mail_proof
from webhooks.messages import new_secret
from webhooks.models import Webhook
from webhooks.tasks import deliver

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

__all__ = ["storage"]

pytestmark = pytest.mark.usefixtures("watch")

OLD, NEW = "a correct horse 9", "a better horse 10"
ALICE = "alice@example.com"
seen: set[str] = set()


def look(name: str) -> None:
    """Take down that something slow is done, and fail when that is in a transaction."""
    seen.add(name)
    assert not connection.in_atomic_block, f"{name} in a transaction"


def watched[**P, R](name: str, work: Callable[P, R]) -> Callable[P, R]:
    def watching(*args: P.args, **kwargs: P.kwargs) -> R:
        look(name)
        return work(*args, **kwargs)

    return watching


class WatchedHasher(MD5PasswordHasher):
    """Hashes quickly, and says so."""

    @override
    def encode(self, password: str, salt: str) -> str:
        look("hash")
        return super().encode(password, salt)


@pytest.fixture
def watch(
    transactional_db: None, storage: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Watch everything slow."""
    seen.clear()
    settings.PASSWORD_HASHERS = [f"{__name__}.{WatchedHasher.__name__}"]
    settings.BREACHED_PASSWORDS_URL = "https://breached.example/"
    for place, name in (
        ("files.services.read_picture", "picture"),
        ("users.services.exports.write_archive", "archive"),
    ):
        module, _dot, attribute = place.rpartition(".")
        work = getattr(__import__(module, fromlist=[attribute]), attribute)
        monkeypatch.setattr(place, watched(name, work))
    kind = type(storages["default"])
    for name in ("save", "open", "delete"):
        monkeypatch.setattr(kind, name, watched(name, getattr(kind, name)))
    monkeypatch.setattr(
        "users.password_rules.urlopen", watched("breached", lambda *_asked, **_options: BytesIO())
    )
    monkeypatch.setattr(EmailMultiAlternatives, "send", watched("mail", lambda _letter: 1))
    sent = watched("post", lambda *_message: Outcome(204, "", 1))
    monkeypatch.setattr("resources.outgoing.post", sent)


@pytest.fixture
def member(transactional_db: None) -> Persona:
    """Make a member with a password."""
    alice = new_member("alice")
    assert alice.user is not None
    changes.update(alice.user, by=SYSTEM, password=MD5PasswordHasher().encode(OLD, "salt"))
    return alice


@pytest.fixture
def operator(transactional_db: None) -> Browser:
    """Sign an operator in to the admin."""
    admin = new_member("admin", roles=["admin", "moderator"])
    assert admin.user is not None
    changes.update(
        admin.user,
        by=SYSTEM,
        is_superuser=True,
        password=MD5PasswordHasher().encode(OLD, "salt"),
    )
    browser = Browser()
    browser.force_login(admin.user)
    return browser


def form(title: str = "Dragon", **values: object) -> JsonObject:
    return {"title": title, "front": SimpleUploadedFile("x.png", drawn("PNG")), **values}


def test_pictures_of_new_and_changed_cards(member: Persona) -> None:
    upload = member.api.upload
    card = upload("cards", form()).json()
    statuses = [
        upload("cards", form(), idempotency_key="k").status_code,
        upload("cards", form(), idempotency_key="k").status_code,
        upload(f"cards/{card['id']}", form("Moth"), "patch").status_code,
        upload("users/me", {"avatar": form()["front"]}, "patch").status_code,
    ]
    assert statuses == [201, 201, 200, 200]
    assert seen == {"picture", "save"}


def test_pictures_of_refused_writes(member: Persona) -> None:
    card = member.creates("cards", title="Dragon")
    statuses = [
        member.api.upload("cards", form(rarity="golden")).status_code,
        member.api.upload("cards", form(rarity="golden"), idempotency_key="k").status_code,
        member.api.upload(f"cards/{card['id']}", form(rarity="golden"), "patch").status_code,
    ]
    assert statuses == [400, 400, 400]
    assert seen == {"picture", "save", "delete"}


def test_pictures_that_nothing_shows(member: Persona) -> None:
    file = store_picture(by=member.actor, upload=BytesIO(drawn("PNG")))
    File.objects.filter(pk=file.pk).update(unused_since=timezone.now() - timedelta(days=2))
    assert sweep_unused_files() == 1
    delete_bytes.call([file.key])
    assert "delete" in seen


def test_batches_and_actions(member: Persona) -> None:
    card = member.api.upload("cards", form(status="published")).json()
    writes = [
        {"method": "POST", "path": "cards", "body": {"title": "x", "front": card["front"]["id"]}},
        {"method": "PUT", "path": f"cards/{card['id']}/like"},
        {"method": "DELETE", "path": f"cards/{card['id']}"},
    ]
    answer = member.api.post("batch", {"requests": writes}, idempotency_key="k")
    assert answer.status_code == 200, answer.content


def test_opening_an_account(transactional_db: None) -> None:
    sent = {"email": "dana@example.com", "username": "dana", "password": OLD}
    asked = Api().post("auth/register", sent)
    assert asked.status_code == 202, asked.content
    mail_proof.call(asked.json()["proof"])
    assert seen == {"breached", "hash", "mail"}


def test_signing_in(member: Persona) -> None:
    assert Api().post("auth/token", {"identity": "alice", "password": OLD}).status_code == 200
    assert Api().post("auth/token", {"identity": "alice", "password": NEW}).status_code == 401
    assert Api().post("auth/token", {"identity": "eve", "password": NEW}).status_code == 401
    assert member.api.post("auth/step-up", {"password": OLD}).status_code == 204
    assert seen == {"hash"}


def test_another_password(member: Persona) -> None:
    sent = {"current": OLD, "password": NEW}
    assert member.api.post("auth/password-change", sent).status_code == 204
    assert seen == {"breached", "hash"}


def test_another_password_by_mail(member: Persona) -> None:
    for number, use in enumerate((by_code, by_page)):
        proof = ask_for_proof(Purpose.RESET, ALICE)
        code, token = issue_code(proof)
        use(str(proof.pk), code, token, f"{NEW}{number}")
        assert User.objects.get().check_password(f"{NEW}{number}")
    assert seen == {"breached", "hash"}


def by_code(proof: str, code: str, _token: str, password: str) -> None:
    sent = {"proof": proof, "code": code, "password": password}
    assert Api().post("auth/password-reset/confirm", sent).status_code == 204


def by_page(_proof: str, _code: str, token: str, password: str) -> None:
    sent = {"new_password1": password, "new_password2": password}
    assert Browser().post(f"/account/reset?token={token}", sent).status_code == 200


def test_passwords_in_the_admin(operator: Browser, member: Persona) -> None:
    own = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}
    theirs = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    new = {"username": "dana", "email": "dana@example.com"}
    for path, sent in (
        ("/admin/users/user/add/", new),
        (f"/admin/users/user/{member.id}/password/", theirs),
        ("/admin/password_change/", own),
        ("/admin/login/", {"username": "admin", "password": NEW}),
    ):
        answer: Any = operator.post(path, sent)
        assert answer.status_code == 302, answer.content.decode()
    assert not User.objects.get(username="dana").has_usable_password()
    assert seen == {"breached", "hash"}


def test_webhooks(operator: Browser, member: Persona) -> None:
    webhook = changes.create(
        Webhook,
        by=SYSTEM,
        url="https://receiver.example/",
        topics=["*"],
        owner_id=member.id,
        signing_secret=new_secret(),
    )
    member.creates("cards", title="Dragon")
    deliver.call(str(webhook.pk))
    assert "post" in seen


def test_push_messages(member: Persona) -> None:
    example_row(registry.resource_of(PushSubscription), owner=member)
    notification = example_row(registry.resource_of(Notification), owner=member)
    push_notification.call(str(notification.pk))
    assert seen == {"post"}


def test_archives_and_erasure(member: Persona) -> None:
    member.api.upload("cards", form())
    exports = [member.api.post("users/me/export").json()["id"]]
    build_export(UUID(exports[0]))
    Export.objects.update(expires_at=timezone.now())
    assert drop_expired_exports() == 1
    member.api.delete("users/me")
    leaving = User.objects.get()
    changes.update(leaving, by=SYSTEM, leaves_at=timezone.now())
    assert erase_due_members() == 1
    assert seen >= {"archive", "save", "delete"}
