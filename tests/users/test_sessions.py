"""Where a member is signed in: staying in, signing out, and what a thief is left with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from users.callers import Caller
from users.models import AccountEvent, Session, User
from users.services.accounts import change_password
from users.services.sessions import end_sessions, forget_old_sessions, open_session
from users.tokens import token_pair

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

PHONE = Caller("203.0.113.7", "Safari on iOS")


@pytest.fixture
def phone(alice: Persona) -> dict[str, str]:
    """Sign alice in on her phone as well."""
    assert alice.user is not None
    return token_pair(open_session(alice.user, caller=PHONE, method="password"))


@pytest.fixture
def strictly(settings: Settings) -> None:
    settings.REFRESH_LEEWAY_SECONDS = 0


def refresh(token: str, **headers: str) -> Any:
    return Api().post("auth/token/refresh", {"refresh": token}, **headers)


def is_signed_in(pair: dict[str, str]) -> bool:
    return bool(Api(pair["access"]).get("users/me").status_code == 200)


def test_alice_can_stay_signed_in(phone: dict[str, str]) -> None:
    pair = phone
    for _number in range(3):
        pair = refresh(pair["refresh"]).json()
        assert set(pair) == {"access", "refresh"}
        assert is_signed_in(pair)
    assert Session.objects.get(device="Safari on iOS").generation == 4


def test_a_refresh_token_used_again_ends_the_whole_family(
    strictly: None, alice: Persona, phone: dict[str, str]
) -> None:
    """Of thief and owner one comes second, and then neither is trusted."""
    thiefs = refresh(phone["refresh"]).json()
    assert refresh(phone["refresh"]).status_code == 401
    assert refresh(thiefs["refresh"]).status_code == 401
    assert not is_signed_in(thiefs)
    assert not is_signed_in(phone)
    assert alice.api.get("users/me").status_code == 200, "another device is none of their business"
    assert AccountEvent.objects.filter(kind="token_reused", user_id=alice.id).count() == 1


def test_tabs_that_race_do_not_sign_alice_out(phone: dict[str, str]) -> None:
    first, second = refresh(phone["refresh"]).json(), refresh(phone["refresh"]).json()
    assert is_signed_in(first)
    assert is_signed_in(second)


def test_a_thief_who_raced_is_found_out_at_the_next_rotation(phone: dict[str, str]) -> None:
    owners, thiefs = refresh(phone["refresh"]).json(), refresh(phone["refresh"]).json()
    later = refresh(refresh(owners["refresh"]).json()["refresh"]).json()
    assert refresh(thiefs["refresh"]).status_code == 401
    assert not is_signed_in(later)


def test_a_refresh_token_stolen_before_is_no_good_after_signing_out(
    phone: dict[str, str],
) -> None:
    assert Api(phone["access"]).post("auth/logout").status_code == 204
    assert refresh(phone["refresh"]).status_code == 401
    assert not is_signed_in(phone)


def test_alice_can_sign_out_everywhere(alice: Persona, phone: dict[str, str]) -> None:
    assert alice.api.post("auth/logout", {"everywhere": True}).status_code == 204
    assert not is_signed_in(phone)
    assert alice.api.get("users/me").status_code == 401


def test_alice_can_see_her_devices_and_sign_one_out(
    alice: Persona, bob: Persona, phone: dict[str, str]
) -> None:
    listed = alice.api.get("auth/sessions").json()["results"]
    assert [(s["device"], s["address"]) for s in listed] == [
        ("Safari on iOS", "203.0.113.7"),
        ("", ""),
    ]
    path = f"auth/sessions/{listed[0]['id']}"
    assert bob.api.delete(path).status_code == 404
    assert alice.api.delete(path).status_code == 204
    assert not is_signed_in(phone)
    assert [s["device"] for s in alice.api.get("auth/sessions").json()["results"]] == [""]


def test_ending_other_sessions_needs_a_fresh_proof_of_who_asks(
    alice: Persona, phone: dict[str, str]
) -> None:
    """Who has taken a token can't throw the owner out; to leave oneself is always allowed."""
    key = alice.creates("auth/api-keys", name="bot", scopes=["*:read", "*:write"])["secret"]
    other, own = (s["id"] for s in alice.api.get("auth/sessions").json()["results"])
    long_ago = timezone.now() - timedelta(minutes=11)
    changes.update(Session.objects.get(pk=own), by=SYSTEM, authenticated_at=long_ago)
    for refused in (
        alice.api.delete(f"auth/sessions/{other}"),
        alice.api.post("auth/logout", {"everywhere": True}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    assert Api(key).delete(f"auth/sessions/{other}").status_code == 401
    assert is_signed_in(phone)
    assert alice.api.delete(f"auth/sessions/{own}").status_code == 204
    assert alice.api.get("users/me").status_code == 401


def test_each_sign_in_has_a_session_of_its_own(alice: Persona) -> None:
    assert alice.user is not None
    change_password(alice.user, "a correct horse 9")
    first, second = sign_in().json(), sign_in().json()
    assert first["access"] != second["access"]
    assert first["refresh"] != second["refresh"]
    assert Api(first["access"]).post("auth/logout").status_code == 204
    assert not is_signed_in(first)
    assert is_signed_in(second)


def test_a_device_is_named_by_its_browser_and_seen_when_it_refreshes(
    alice: Persona, phone: dict[str, str]
) -> None:
    seen = alice.api.get("auth/sessions", filter='device~"iOS"').status_code
    assert seen == 400, "what is shown is not yet what can be searched"
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    refresh(phone["refresh"], User_Agent=firefox)
    session = alice.api.get("auth/sessions").json()["results"][0]
    assert (session["device"], session["address"]) == ("Firefox on Linux", "127.0.0.1")
    assert session["last_seen_at"] > session["created_at"]


def test_another_password_ends_all_other_sessions(alice: Persona, phone: dict[str, str]) -> None:
    assert alice.user is not None
    change_password(alice.user, "a correct horse 9")
    assert not is_signed_in(phone)
    pair = sign_in().json()
    sent = {"current": "a correct horse 9", "password": "a better horse 10"}
    assert Api(pair["access"]).post("auth/password-change", sent).status_code == 204
    assert is_signed_in(pair)
    wrong = Api(pair["access"]).post("auth/password-change", sent)
    assert wrong.json()["errors"][0]["field"] == "current"


def sign_in() -> Any:
    return Api().post("auth/token", {"identity": "alice", "password": "a correct horse 9"})


def test_a_session_ends_with_its_time(alice: Persona, phone: dict[str, str]) -> None:
    session = Session.objects.get(device="Safari on iOS")
    changes.update(session, by=SYSTEM, expires_at=timezone.now())
    assert refresh(phone["refresh"]).status_code == 401
    assert not is_signed_in(phone)


def test_refreshing_does_not_make_a_session_last_for_ever(phone: dict[str, str]) -> None:
    before = Session.objects.get(device="Safari on iOS").expires_at
    refresh(phone["refresh"])
    assert Session.objects.get(generation=2).expires_at == before


def test_a_session_ends_when_it_is_not_used(phone: dict[str, str]) -> None:
    session = Session.objects.get(device="Safari on iOS")
    changes.update(session, by=SYSTEM, last_seen_at=timezone.now() - timedelta(days=15))
    assert refresh(phone["refresh"]).status_code == 401


def test_the_oldest_of_too_many_sessions_ends(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("users.services.sessions.MOST_SESSIONS", 3)
    assert alice.user is not None
    pairs = [token_pair(open_session(alice.user, caller=PHONE, method="x")) for _n in range(3)]
    assert [is_signed_in(pair) for pair in pairs] == [True, True, True]
    assert alice.api.get("users/me").status_code == 401, "hers was the first of four"


def test_a_closed_account_is_signed_out(alice: Persona, phone: dict[str, str]) -> None:
    user = User.objects.get(pk=alice.id)
    changes.update(user, by=SYSTEM, is_active=False)
    assert not is_signed_in(phone)
    assert refresh(phone["refresh"]).status_code == 401


def test_operators_can_end_all_sessions_of_a_member(alice: Persona, phone: dict[str, str]) -> None:
    assert alice.user is not None
    end_sessions(alice.user, by=SYSTEM)
    assert not is_signed_in(phone)


def test_sessions_are_forgotten_a_month_after_their_end(
    alice: Persona, phone: dict[str, str]
) -> None:
    session = Session.objects.get(device="Safari on iOS")
    changes.update(session, by=SYSTEM, expires_at=timezone.now() - timedelta(days=31))
    assert forget_old_sessions() == 1
    assert Session.objects.filter(user_id=alice.id).count() == 1


def test_network_addresses_of_devices_are_sealed_and_out_of_the_log(
    alice: Persona, phone: dict[str, str]
) -> None:
    with connection.cursor() as cursor:
        for table in ("users_session", "users_accountevent", "resources_change"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
            assert PHONE.address not in str(cursor.fetchall())
