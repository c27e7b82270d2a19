"""Codes and links by mail: another password, another address, and signing in without either."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from users.models import AccountEvent, Proof, Session, User, address
from users.services.accounts import change_password
from users.services.proofs import forget_old_proofs

if TYPE_CHECKING:
    from tests.personas import Persona
    from tests.users.conftest import Mailbox

OLD, NEW = "a correct horse 9", "a better horse 10"
ALICE, ELSEWHERE = "alice@example.com", "alice@elsewhere.example"


def ask(path: str, email: str = ALICE, api: Api | None = None) -> str:
    asked = (api or Api()).post(path, {"email": email})
    assert asked.status_code == 202, asked.content
    return str(asked.json()["proof"])


def sign_in(password: str) -> int:
    answer = Api().post("auth/token", {"identity": "alice", "password": password})
    return int(answer.status_code)


def test_alice_can_set_a_new_password_and_every_session_ends(
    mailbox: Mailbox, alice: Persona
) -> None:
    proof = ask("auth/password-reset")
    sent = {"proof": proof, "code": mailbox.code(ALICE), "password": NEW}
    assert Api().post("auth/password-reset/confirm", sent).status_code == 204
    assert alice.api.get("users/me").status_code == 401
    assert sign_in(NEW) == 200
    again = Api().post("auth/password-reset/confirm", sent | {"password": OLD})
    assert again.json()["code"] == "wrong_code"
    assert any("password changed" in letter["Subject"] for letter in mailbox.to(ALICE))


def test_a_new_password_must_be_good_and_the_code_is_not_lost(
    mailbox: Mailbox, alice: Persona
) -> None:
    ask("auth/password-reset")
    sent = {"token": mailbox.token(ALICE), "password": "alice@example.com"}
    refused = Api().post("auth/password-reset/confirm", sent)
    assert refused.json()["errors"][0]["field"] == "password"
    assert Api().post("auth/password-reset/confirm", sent | {"password": NEW}).status_code == 204


def test_only_the_newest_of_several_links_is_left_after_one_was_used(
    mailbox: Mailbox, alice: Persona
) -> None:
    ask("auth/password-reset")
    earlier = mailbox.token(ALICE)
    ask("auth/password-reset")
    sent = {"token": mailbox.token(ALICE), "password": NEW}
    assert Api().post("auth/password-reset/confirm", sent).status_code == 204
    stale = Api().post("auth/password-reset/confirm", sent | {"token": earlier})
    assert stale.json()["code"] == "wrong_code"


@pytest.mark.parametrize("change", ["expired", "tampered", "another", "none"])
def test_a_link_that_is_no_good_does_nothing(mailbox: Mailbox, alice: Persona, change: str) -> None:
    ask("auth/password-reset")
    token = mailbox.token(ALICE)
    if change == "expired":
        Proof.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    bad = {"expired": token, "tampered": f"{token[:-1]}x", "another": "WyJhIl0:x:y", "none": "x"}
    sent = {"token": bad[change], "password": NEW}
    assert Api().post("auth/password-reset/confirm", sent).json()["code"] == "wrong_code"
    assert sign_in(NEW) == 401


def test_alice_can_use_another_address(mailbox: Mailbox, alice: Persona) -> None:
    proof = ask("auth/email-change", ELSEWHERE, alice.api)
    sent = {"proof": proof, "code": mailbox.code(ELSEWHERE)}
    assert alice.api.get("users/me").json()["email"] == ALICE, "not before it is proven"
    assert Api().post("auth/email-change/confirm", sent).status_code == 204
    assert alice.api.get("users/me").json()["email"] == ELSEWHERE
    assert "no longer used" in mailbox.text(ALICE)
    assert AccountEvent.objects.filter(kind="email_changed", user_id=alice.id).count() == 1


def test_alice_cannot_take_bobs_address_nor_learn_that_he_is_here(
    mailbox: Mailbox, alice: Persona, bob: Persona
) -> None:
    for email in ("bob@example.com", "nobody@example.com"):
        ask("auth/email-change", email, alice.api)
    assert "belongs to an account" in mailbox.text("bob@example.com")
    assert mailbox.code("nobody@example.com")


def test_an_address_taken_meanwhile_is_a_conflict(mailbox: Mailbox, alice: Persona) -> None:
    proof = ask("auth/email-change", ELSEWHERE, alice.api)
    sent = {"proof": proof, "code": mailbox.code(ELSEWHERE)}
    changes.create(User, by=SYSTEM, **address(ELSEWHERE), username="eve", password="!")
    assert Api().post("auth/email-change/confirm", sent).status_code == 409
    assert alice.api.get("users/me").json()["email"] == ALICE


def test_another_address_needs_a_fresh_proof_of_who_asks(mailbox: Mailbox, alice: Persona) -> None:
    age(alice)
    refused = alice.api.post("auth/email-change", {"email": ELSEWHERE})
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    assert mailbox.letters == []


def age(persona: Persona) -> None:
    session = Session.objects.get(user_id=persona.id)
    changes.update(session, by=SYSTEM, authenticated_at=timezone.now() - timedelta(hours=1))


def test_alice_can_sign_in_by_a_code(mailbox: Mailbox, alice: Persona) -> None:
    proof = ask("auth/otp")
    sent = {"proof": proof, "code": mailbox.code(ALICE)}
    answer = Api().post("auth/otp/confirm", sent)
    assert Api(answer.json()["access"]).get("users/me").json()["id"] == alice.id
    assert Api().post("auth/otp/confirm", sent).json()["code"] == "wrong_code"


def test_a_try_is_taken_before_the_code_is_looked_at(
    mailbox: Mailbox, alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or else many guesses at once would all be the first."""
    sent = {"proof": ask("auth/otp"), "code": mailbox.code(ALICE)}
    taken: list[int] = []

    def compared(kept: str, shown: str) -> bool:
        taken.append(Proof.objects.get().failure_count)
        return kept == shown

    monkeypatch.setattr("users.services.proofs.constant_time_compare", compared)
    for _number in range(7):
        assert Api().post("auth/otp/confirm", sent | {"code": "x"}).status_code == 400
    assert taken == [1, 2, 3, 4, 5]
    Proof.objects.update(failure_count=4)
    assert Api().post("auth/otp/confirm", sent).status_code == 200
    assert Proof.objects.get().failure_count == 4, "the right one was no failure"


def test_a_barred_member_cannot_sign_in_by_a_code(mailbox: Mailbox, alice: Persona) -> None:
    proof = ask("auth/otp")
    until = timezone.now() + timedelta(days=1)
    changes.update(User.objects.get(pk=alice.id), by=SYSTEM, barred_until=until)
    sent = {"proof": proof, "code": mailbox.code(ALICE)}
    assert Api().post("auth/otp/confirm", sent).json()["code"] == "barred"


def test_an_unverified_address_can_be_verified_later(mailbox: Mailbox, alice: Persona) -> None:
    user = User.objects.get(pk=alice.id)
    changes.update(user, by=SYSTEM, is_verified=False)
    proof = ask("auth/verify-email")
    sent = {"proof": proof, "code": mailbox.code(ALICE)}
    assert Api().post("auth/verify-email/confirm", sent).json()["user"]["is_verified"] is True


def test_a_verified_address_gets_no_mail_to_verify_it(mailbox: Mailbox, alice: Persona) -> None:
    ask("auth/verify-email")
    assert mailbox.letters == []


@pytest.mark.parametrize("sent", [{}, {"code": "12345678"}, {"proof": "x", "code": "1"}])
def test_a_proof_must_be_whole(db: None, sent: object) -> None:
    assert Api().post("auth/otp/confirm", sent).status_code == 400


def test_old_proofs_are_forgotten(alice: Persona) -> None:
    ask("auth/otp")
    assert forget_old_proofs() == 0
    Proof.objects.update(expires_at=timezone.now() - timedelta(days=2))
    assert forget_old_proofs() == 1


def test_a_sign_in_from_a_new_device_is_told_by_mail(mailbox: Mailbox, alice: Persona) -> None:
    assert alice.user is not None
    change_password(alice.user, OLD)
    mailbox.letters.clear()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    for _number in range(2):
        sent = {"identity": "alice", "password": OLD}
        assert Api().post("auth/token", sent, User_Agent=firefox).status_code == 200
    (letter,) = mailbox.to(ALICE)
    assert "signed in" in letter["Subject"]
    assert "Firefox on Linux" in mailbox.text(ALICE)
