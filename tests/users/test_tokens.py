"""Tokens: staying signed in, and tokens that are no good."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from resources.ids import new_id
from tests.client import Api
from users.tokens import token_pair

if TYPE_CHECKING:
    from tests.personas import Persona


def encoded(document: dict[str, Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(document)).rstrip(b"=").decode()


def without_signature(token: str) -> str:
    return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def with_other_claims(token: str, **claims: Any) -> str:
    header, _claims, signature = token.split(".")
    return ".".join((header, encoded(claims), signature))


def refresh(token: str) -> Any:
    return Api().post("auth/token/refresh", {"refresh": token})


def test_alice_can_stay_signed_in(alice: Persona) -> None:
    assert alice.user is not None
    pair = refresh(token_pair(alice.user)["refresh"]).json()
    assert set(pair) == {"access", "refresh"}
    assert Api(pair["access"]).get("users/me").json()["id"] == alice.id


def test_nobody_can_use_a_token_that_is_no_good(alice: Persona, bob: Persona) -> None:
    assert alice.user is not None
    good = token_pair(alice.user)
    expired = AccessToken.for_user(alice.user)
    expired.set_exp(lifetime=-timedelta(minutes=1))
    nobodys = AccessToken.for_user(alice.user)
    nobodys["user_id"] = str(new_id())
    forged = with_other_claims(
        good["access"], token_type="access", exp=4_000_000_000, user_id=bob.id
    )
    tokens = [str(expired), str(nobodys), forged, without_signature(good["access"])]
    for token in (*tokens, good["refresh"], f"{good['access']}x", "nonsense", "a.b.c"):
        response = Api(token).get("users/me")
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), token
        assert response["WWW-Authenticate"] == "Bearer"
        # Even where anyone may look, a bad token is not taken for no token.
        assert Api(token).get("cards").status_code == 401
        assert Api(token).post("cards", {"title": "x"}).status_code == 401


def test_nobody_can_refresh_by_a_token_that_is_no_good(alice: Persona) -> None:
    assert alice.user is not None
    good = token_pair(alice.user)
    expired = RefreshToken.for_user(alice.user)
    expired.set_exp(lifetime=-timedelta(minutes=1))
    for token in (good["access"], str(expired), without_signature(good["refresh"]), "nonsense"):
        response = refresh(token)
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), token


def test_a_token_ends_with_its_time(alice: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alice.api.get("users/me").status_code == 200
    monkeypatch.setattr("users.tokens.time", lambda: 4_000_000_000)
    assert alice.api.get("users/me").status_code == 401


@pytest.mark.parametrize("header", ["Basic x", "Bearer", "Bearer ", "x", "Token x"])
def test_only_bearer_tokens_are_understood(db: None, header: str) -> None:
    api = Api()
    response = api.client.get("/api/v1/cards", headers={"Authorization": header})
    assert response.status_code == 401
