"""Asking for one's erasure, and coming back in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from users.models import AccountEvent, Session, User
from users.services.erasure import erase_due_members, erase_member

if TYPE_CHECKING:
    from typing import Any

    from pytest_django.fixtures import Settings

    from tests.personas import Persona
    from tests.users.conftest import Mailbox

PASSWORD = "a long secret 9"


def row_of(persona: Persona) -> User:
    assert persona.user is not None
    return User.objects.get(pk=persona.user.pk)


def sign_in(persona: Persona) -> Any:
    identity = {"identity": row_of(persona).username, "password": PASSWORD}
    return Api().post("auth/token", identity)


@pytest.fixture
def alice(alice: Persona) -> Persona:
    changes.update(row_of(alice), by=SYSTEM, password=make_password(PASSWORD))
    return alice


def test_alice_can_ask_to_be_erased_in_some_days(
    alice: Persona, bob: Persona, settings: Settings
) -> None:
    settings.ERASURE_GRACE_DAYS = 14
    card = alice.creates("cards", title="Dragon", status="published")
    answer = alice.api.delete("users/me")
    assert answer.status_code == 202
    days = datetime.fromisoformat(answer.json()["leaves_at"]) - timezone.now()
    assert timedelta(days=13, hours=23) < days <= timedelta(days=14)
    assert answer.json()["leaves_at"].endswith("Z")
    assert alice.api.get("users/me").status_code == 401, "every session has ended"
    assert not Session.objects.filter(user=alice.user, ended_at=None).exists()
    assert AccountEvent.objects.filter(user=alice.user, kind="erasure_requested").count() == 1
    assert bob.api.get(f"users/{alice.id}").status_code == 404, "the profile is hidden at once"
    shown = bob.api.get(f"cards/{card['id']}", expand="creator").json()
    assert (shown["title"], shown["expand"]["creator"]) == ("Dragon", None)


def test_alice_is_told_by_mail(alice: Persona, mailbox: Mailbox) -> None:
    alice.api.delete("users/me")
    assert "erasure" in mailbox.text("alice@example.com").lower()
    assert f"{row_of(alice).leaves_at:%Y-%m-%d}" in mailbox.text("alice@example.com")


def test_alice_keeps_the_account_by_signing_in(alice: Persona, bob: Persona) -> None:
    alice.api.delete("users/me")
    assert sign_in(alice).status_code == 200
    assert row_of(alice).leaves_at is None
    assert AccountEvent.objects.filter(user=alice.user, kind="erasure_cancelled").count() == 1
    assert bob.api.get(f"users/{alice.id}").json()["username"] == "alice"
    assert not erase_member(row_of(alice))
    assert erase_due_members() == 0
    assert row_of(alice).is_active


def test_nobody_is_erased_before_the_days_of_grace_are_over(alice: Persona) -> None:
    alice.api.delete("users/me")
    assert erase_due_members() == 0
    assert row_of(alice).username == "alice"


def test_alice_must_have_proved_lately_that_it_is_her(alice: Persona) -> None:
    session = Session.objects.get(user=alice.user)
    long_ago = timezone.now() - timedelta(hours=1)
    changes.update(session, by=SYSTEM, authenticated_at=long_ago)
    refused = alice.api.delete("users/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    assert row_of(alice).leaves_at is None


def test_a_server_cannot_erase_alice_by_her_key(alice: Persona) -> None:
    key = alice.creates("auth/api-keys", name="robot", scopes=["*:write", "*:read"])
    refused = Api(key["secret"]).delete("users/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert row_of(alice).leaves_at is None


def test_alice_can_guard_against_erasing_what_has_changed(alice: Persona) -> None:
    assert alice.api.delete("users/me", If_Match='"999"').status_code == 412
    assert row_of(alice).leaves_at is None
    assert alice.api.delete("users/me", If_Match="*").status_code == 202


def test_anonymous_has_nothing_to_erase(db: None) -> None:
    assert Api().delete("users/me").status_code == 401
