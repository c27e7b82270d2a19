"""An authenticator app as the second factor: on, used, off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from tests.users.factors.ways_in import (
    App,
    Clock,
    challenge_of,
    give_password,
    show_code,
    sign_in,
    turn_on_app,
)
from users.models import AccountEvent, EventKind, Session, Totp

if TYPE_CHECKING:
    from tests.personas import Persona


def test_alice_can_turn_on_an_app_and_sign_in_with_it(alice: Persona, app: App) -> None:
    assert len(set(app.recovery_codes)) == 10
    assert alice.api.get("auth/totp").json() == {"is_on": True, "recovery_code_count": 10}
    answer = sign_in()
    assert answer.status_code == 401
    assert answer.json()["factors"] == ["totp", "recovery_code"]
    assert "access" not in answer.json()
    signed_in = show_code(answer.json()["challenge"], app.next_code())
    assert signed_in.status_code == 200, signed_in.content
    assert signed_in["Cache-Control"] == "no-store"
    assert signed_in.json()["user"]["username"] == "alice"
    assert Api(signed_in.json()["access"]).get("users/me").json()["id"] == alice.id
    assert Session.objects.latest("created_at").method == "password+totp"
    assert AccountEvent.objects.get(kind=EventKind.FACTOR_ADDED).detail == {"factor": "totp"}


def test_the_address_of_the_secret_is_what_apps_read(alice: Persona) -> None:
    begun = alice.api.post("auth/totp").json()
    uri = urlsplit(begun["uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert uri.path.endswith("alice")
    assert parse_qs(uri.query) == {"secret": [begun["secret"]], "issuer": ["Holobase"]}


def test_the_database_keeps_the_secret_sealed(alice: Persona) -> None:
    secret = alice.api.post("auth/totp").json()["secret"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM users_totp")
        [(kept,)] = cursor.fetchall()
    assert secret not in kept
    assert Totp.objects.get(user=alice.user).secret == secret


def test_an_app_counts_only_once_a_code_has_confirmed_it(alice: Persona, clock: Clock) -> None:
    give_password(alice)
    first = App(alice.api.post("auth/totp").json()["secret"], [], clock)
    assert sign_in().status_code == 200
    assert alice.api.get("auth/totp").json() == {"is_on": False, "recovery_code_count": 0}
    wrong = alice.api.post("auth/totp/confirm", {"code": first.wrong_code()})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_code")
    second = App(alice.api.post("auth/totp").json()["secret"], [], clock)
    stale = alice.api.post("auth/totp/confirm", {"code": first.code()})
    assert stale.json()["code"] == "wrong_code"
    assert sign_in().status_code == 200
    assert alice.api.post("auth/totp/confirm", {"code": second.code()}).status_code == 200
    assert sign_in().status_code == 401


def test_alice_cannot_confirm_an_app_that_she_has_not_begun_with(alice: Persona) -> None:
    answer = alice.api.post("auth/totp/confirm", {"code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_code")


def test_alice_cannot_replace_an_app_without_turning_it_off(alice: Persona, app: App) -> None:
    again = alice.api.post("auth/totp")
    assert (again.status_code, again.json()["code"]) == (409, "has_factor")
    assert alice.api.post("auth/totp/confirm", {"code": app.next_code()}).status_code == 400
    assert show_code(challenge_of(), app.next_code()).status_code == 200


def test_alice_can_turn_the_app_off(alice: Persona, app: App) -> None:
    assert alice.api.delete("auth/totp").status_code == 204
    assert sign_in().status_code == 200
    assert alice.api.get("auth/totp").json() == {"is_on": False, "recovery_code_count": 0}
    assert AccountEvent.objects.get(kind=EventKind.FACTOR_REMOVED).detail == {"factor": "totp"}
    assert alice.api.delete("auth/totp").status_code == 204
    assert AccountEvent.objects.filter(kind=EventKind.FACTOR_REMOVED).count() == 1


def test_a_code_works_only_once(alice: Persona, app: App) -> None:
    code = app.next_code()
    assert show_code(challenge_of(), code).status_code == 200
    again = show_code(challenge_of(), code)
    assert (again.status_code, again.json()["code"]) == (400, "wrong_code")
    assert show_code(challenge_of(), app.next_code()).status_code == 200


def test_the_code_that_turned_the_app_on_signs_nobody_in(alice: Persona, app: App) -> None:
    assert show_code(challenge_of(), app.code()).status_code == 400


@pytest.mark.parametrize(("seconds", "status"), [(-30, 200), (30, 200), (-60, 400), (60, 400)])
def test_a_code_is_good_for_half_a_minute_around(
    alice: Persona, app: App, seconds: int, status: int
) -> None:
    app.clock.turn(300)
    assert show_code(challenge_of(), app.code(later=seconds)).status_code == status


def test_a_code_may_be_typed_in_two_groups(alice: Persona, app: App) -> None:
    code = app.next_code()
    assert show_code(challenge_of(), f"{code[:3]} {code[3:]}").status_code == 200


def test_bob_cannot_sign_in_to_alices_account_with_his_own_app(
    alice: Persona, app: App, bob: Persona, clock: Clock
) -> None:
    his = turn_on_app(bob, clock)
    assert show_code(challenge_of(), his.next_code()).status_code == 400


def test_a_server_or_a_stranger_cannot_touch_an_app(alice: Persona, anonymous: Persona) -> None:
    key = alice.creates("auth/api-keys", name="bot", scopes=["*:write", "*:read"])["secret"]
    for api in (anonymous.api, Api(key)):
        assert api.get("auth/totp").status_code == 401
        assert api.post("auth/totp").status_code == 401
        assert api.delete("auth/totp").status_code == 401
        assert api.post("auth/totp/confirm", {"code": "123456"}).status_code == 401
        assert api.post("auth/totp/recovery-codes").status_code == 401


def test_alice_cannot_sign_in_while_barred_or_closed(alice: Persona, app: App) -> None:
    assert alice.user is not None
    challenge = challenge_of()
    changes.update(alice.user, by=SYSTEM, barred_until=timezone.now() + timedelta(days=1))
    barred = show_code(challenge, app.next_code())
    assert (barred.status_code, barred.json()["code"]) == (403, "barred")
    assert barred.json()["appeal_token"]
    assert challenge_of(), "the password alone does not even tell that she is barred"
    changes.update(alice.user, by=SYSTEM, barred_until=None, is_active=False)
    assert show_code(challenge, app.next_code()).status_code == 401
    assert Session.objects.filter(user=alice.user).count() == 1
