"""Opening an account, signing in, staying signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from users.models import User

if TYPE_CHECKING:
    from tests.personas import Persona

SECRET = "a correct horse 9"
PROFILE = {"email": "Dana@Example.com", "username": "Dana", "password": SECRET}


@pytest.fixture
def dana(db: None) -> Any:
    response = Api().post("auth/register", PROFILE)
    assert response.status_code == 201, response.content
    return response.json()


def test_anonymous_can_open_an_account_and_is_signed_in(dana: Any) -> None:
    assert dana["user"]["email"] == "dana@example.com"
    assert Api(dana["access"]).get("users/me").json()["username"] == "Dana"


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"username": "other"}, 409, "email"),
        ({"email": "other@example.com"}, 409, "username"),
        ({"email": "other@example.com", "username": "dANA"}, 409, "username"),
        ({"email": "x"}, 400, "email"),
        ({"username": "d!"}, 400, "username"),
        ({"password": "12345678"}, 400, "password"),
        ({"password": "dana@example.com"}, 400, "password"),
    ],
)
def test_anonymous_cannot_open_an_unusable_account(
    dana: Any, changed: dict[str, str], status: int, field: str
) -> None:
    response = Api().post("auth/register", {**PROFILE, **changed})
    assert response.status_code == status, response.content
    named = [error["field"] for error in response.json().get("errors", [])]
    assert field in named
    assert User.objects.count() == 1


@pytest.mark.parametrize("identity", ["dana@example.com", "DANA@example.com", "dana", "Dana"])
def test_dana_can_sign_in_by_address_or_name(dana: Any, identity: str) -> None:
    response = Api().post("auth/token", {"identity": identity, "password": SECRET})
    assert response.status_code == 200
    assert response.json()["user"]["username"] == "Dana"


def test_a_stranger_cannot_tell_who_has_an_account(dana: Any) -> None:
    answers = []
    for identity in ("dana", "nobody"):
        response = Api().post("auth/token", {"identity": identity, "password": "wrong"})
        answers.append({**response.json(), "request_id": "", "status": response.status_code})
    assert answers[0] == answers[1]
    assert answers[0]["status"] == 401


def test_dana_can_stay_signed_in(dana: Any) -> None:
    pair = Api().post("auth/token/refresh", {"refresh": dana["refresh"]}).json()
    assert Api(pair["access"]).get("users/me").status_code == 200
    refused = Api().post("auth/token/refresh", {"refresh": dana["access"]})
    assert refused.status_code == 401


def test_nobody_can_use_a_token_that_is_no_good(dana: Any, alice: Persona) -> None:
    assert alice.user is not None
    expired = AccessToken.for_user(alice.user)
    expired.set_exp(lifetime=-timedelta(minutes=1))
    header, _dot, rest = dana["access"].partition(".")
    for token in (str(expired), "nonsense", f"{header}x.{rest}", dana["refresh"]):
        assert Api(token).get("users/me").status_code == 401
    api = Api()
    api.client = type(api.client)(headers={"Authorization": "Basic x"})
    assert api.get("cards").status_code == 401
    assert Api().get("users/me").status_code == 401


def test_a_token_ends_with_its_time(alice: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alice.api.get("users/me").status_code == 200
    monkeypatch.setattr("users.tokens.time", lambda: 4_000_000_000)
    assert alice.api.get("users/me").status_code == 401


def test_a_closed_account_cannot_do_anything(dana: Any) -> None:
    changes.update(User.objects.get(), by=SYSTEM, is_active=False)
    assert Api(dana["access"]).get("users/me").status_code == 401
    sign_in = Api().post("auth/token", {"identity": "dana", "password": SECRET})
    assert sign_in.status_code == 401


def test_bob_cannot_see_what_is_alices_alone(alice: Persona, bob: Persona) -> None:
    assert bob.api.get(f"users/{alice.id}").json()["email"] is None
    assert alice.api.get(f"users/{alice.id}").json()["email"] == "alice@example.com"
    assert bob.api.get("users", search="alice").json()["results"][0]["username"] == "alice"


def test_an_operator_can_be_made_by_command(db: None) -> None:
    operator = User.objects.create_superuser(email="O@x.org", username="op", password=SECRET)
    assert operator.is_superuser
    assert operator.check_password(SECRET)
