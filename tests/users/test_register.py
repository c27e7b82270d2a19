"""Opening an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.client import Api
from users.models import User

if TYPE_CHECKING:
    from tests.personas import Persona

PROFILE = {"email": "Dana@Example.com", "username": "Dana", "password": "a correct horse 9"}


def register(**changed: Any) -> Any:
    return Api().post("auth/register", PROFILE | changed)


def test_anonymous_can_open_an_account_and_is_signed_in(db: None) -> None:
    response = register(locale="ko", display_name="다나")
    assert response.status_code == 201, response.content
    answer = response.json()
    assert set(answer) == {"access", "refresh", "user"}
    own = Api(answer["access"]).get("users/me").json()
    assert own == answer["user"]
    assert (own["email"], own["locale"], own["is_verified"]) == ("dana@example.com", "ko", False)


def test_a_password_is_never_kept_as_it_was_sent(db: None) -> None:
    assert PROFILE["password"] not in register().content.decode()
    user = User.objects.get()
    assert PROFILE["password"] not in user.password
    assert user.check_password(PROFILE["password"])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "ALICE@example.com"}, "email"),
        ({"email": "alice@EXAMPLE.com"}, "email"),
        ({"username": "alice"}, "username"),
        ({"username": "aLICE"}, "username"),
    ],
)
def test_anonymous_cannot_take_what_alice_has(
    alice: Persona, changed: dict[str, str], field: str
) -> None:
    response = register(**changed)
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "x"}, "email"),
        ({"email": None}, "email"),
        ({"username": "d!"}, "username"),
        ({"username": "d@example.com"}, "username"),
        ({"username": "x" * 31}, "username"),
        ({"username": "me\u0000"}, "username"),
        ({"password": ""}, "password"),
        ({"password": "short 1"}, "password"),
        ({"password": "12345678"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "dana@example.com"}, "password"),
        ({"locale": "xx"}, "locale"),
    ],
)
def test_anonymous_cannot_open_an_unusable_account(
    db: None, changed: dict[str, Any], field: str
) -> None:
    response = register(**changed)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not User.objects.exists()


@pytest.mark.parametrize("claim", ["is_staff", "is_superuser", "is_verified", "trust_level"])
def test_anonymous_cannot_claim_a_standing(db: None, claim: str) -> None:
    register(**{claim: 1})
    assert not User.objects.filter(**{claim: 1}).exists()
