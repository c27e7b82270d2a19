"""With an authenticator app on, no way in leads past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from tests.users.factors.ways_in import SECRET, App, challenge_of, show_code, sign_in
from users.models import Session, User

if TYPE_CHECKING:
    from tests.personas import Persona
    from tests.users.conftest import Mailbox

ALICE, NEW = "alice@example.com", "a better horse 10"


@pytest.mark.parametrize("way", ["otp", "verify-email"])
def test_a_code_by_mail_is_the_first_factor_alone(
    mailbox: Mailbox, alice: Persona, app: App, way: str
) -> None:
    changes.update(User.objects.get(pk=alice.id), by=SYSTEM, is_verified=False)
    proof = Api().post(f"auth/{way}", {"email": ALICE}).json()["proof"]
    answer = Api().post(f"auth/{way}/confirm", {"proof": proof, "code": mailbox.code(ALICE)})
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_needed")
    assert "access" not in answer.json()
    assert Session.objects.count() == 1
    assert show_code(answer.json()["challenge"], app.next_code()).status_code == 200
    assert Session.objects.latest("created_at").method == "email+totp"


def test_a_new_password_by_mail_is_no_way_round_the_app(
    mailbox: Mailbox, alice: Persona, app: App
) -> None:
    proof = Api().post("auth/password-reset", {"email": ALICE}).json()["proof"]
    sent = {"proof": proof, "code": mailbox.code(ALICE), "password": NEW}
    answer = Api().post("auth/password-reset/confirm", sent)
    assert (answer.status_code, answer.content) == (204, b"")
    assert sign_in(password=SECRET).json()["code"] == "wrong_credentials"
    refused = sign_in(password=NEW)
    assert (refused.status_code, refused.json()["code"]) == (401, "second_factor_needed")
    assert show_code(refused.json()["challenge"], app.recovery_codes[0]).status_code == 200


def test_a_lost_app_is_replaced_by_who_has_a_recovery_code(alice: Persona, app: App) -> None:
    answer = show_code(challenge_of(), app.recovery_codes[0])
    regained = Api(answer.json()["access"])
    assert regained.delete("auth/totp").status_code == 204
    assert set(regained.post("auth/totp").json()) == {"secret", "uri"}
