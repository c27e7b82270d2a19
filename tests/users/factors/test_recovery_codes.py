"""Recovery codes: the way in without the authenticator app."""

from __future__ import annotations

import re
from base64 import b32decode
from typing import TYPE_CHECKING

from tests.users.factors.ways_in import App, challenge_of, show_code, turn_on_app
from users.models import AccountEvent, EventKind, RecoveryCode, Session

if TYPE_CHECKING:
    from tests.personas import Persona
    from tests.users.factors.ways_in import Clock


def test_each_code_works_once(alice: Persona, app: App) -> None:
    code, other = app.recovery_codes[:2]
    assert show_code(challenge_of(), code).status_code == 200
    assert Session.objects.latest("created_at").method == "password+recovery_code"
    again = show_code(challenge_of(), code)
    assert (again.status_code, again.json()["code"]) == (400, "wrong_code")
    assert show_code(challenge_of(), f" {other.upper()}").status_code == 200
    assert alice.api.get("auth/totp").json()["recovery_code_count"] == 8
    assert AccountEvent.objects.filter(kind=EventKind.RECOVERY_USED).count() == 2


def test_a_code_is_120_random_bits(app: App) -> None:
    for code in app.recovery_codes:
        assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){5}", code)
        assert len(b32decode(code.replace("-", "").upper())) * 8 == 120
    assert len(set(app.recovery_codes)) == 10


def test_new_codes_end_the_old_ones(alice: Persona, app: App) -> None:
    renewed = alice.api.post("auth/totp/recovery-codes").json()["recovery_codes"]
    assert len(set(renewed)) == 10
    assert not set(renewed) & set(app.recovery_codes)
    assert show_code(challenge_of(), app.recovery_codes[0]).status_code == 400
    assert show_code(challenge_of(), renewed[0]).status_code == 200
    told = AccountEvent.objects.filter(kind=EventKind.FACTOR_ADDED).latest("created_at")
    assert told.detail == {"factor": "recovery_code"}


def test_alice_cannot_have_codes_without_an_app(alice: Persona) -> None:
    answer = alice.api.post("auth/totp/recovery-codes")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_factor")
    assert not RecoveryCode.objects.exists()


def test_an_app_turned_off_takes_its_codes_along(alice: Persona, app: App) -> None:
    old = app.recovery_codes
    alice.api.delete("auth/totp")
    assert not RecoveryCode.objects.exists()
    turn_on_app(alice, app.clock)
    assert show_code(challenge_of(), old[0]).status_code == 400


def test_bobs_code_is_no_way_into_alices_account(
    alice: Persona, app: App, bob: Persona, clock: Clock
) -> None:
    his = turn_on_app(bob, clock)
    assert show_code(challenge_of(), his.recovery_codes[0]).status_code == 400


def test_the_database_keeps_no_code(alice: Persona, app: App) -> None:
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert len(kept) == 10
    assert all(len(digest) == 64 for digest in kept)
    assert not kept & set(app.recovery_codes)
