"""Keys for servers: shown once, scoped, traded for tokens, and revoked."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from resources.models import Change, KeptAnswer
from tests.client import Api
from users.models import AccountEvent, ApiKey, User

if TYPE_CHECKING:
    from tests.personas import Persona

READS = ["cards:read"]


def makes(persona: Persona, *scopes: str, **values: object) -> Any:
    return persona.creates("auth/api-keys", name="Bot", scopes=list(scopes or READS), **values)


def token_of(**sent: str) -> Any:
    return Api().post("auth/service-token", {"grant_type": "client_credentials", **sent})


def test_alice_sees_the_secret_once(alice: Persona) -> None:
    key = makes(alice)
    assert key["secret"].startswith("holo_")
    assert "secret" not in alice.api.get(f"auth/api-keys/{key['id']}").json()
    stored = ApiKey.objects.values().get(pk=key["id"])
    assert not any(key["secret"][-20:] in str(value) for value in stored.values())
    assert key["secret"][-20:] not in str(list(Change.objects.values()))


def test_an_answer_with_a_secret_is_not_kept_for_repeats(alice: Persona) -> None:
    sent = {"name": "Bot", "scopes": READS}
    answer = alice.api.post("auth/api-keys", sent, Idempotency_Key="once")
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert not KeptAnswer.objects.exists()


def test_a_key_goes_as_far_as_its_scopes(alice: Persona) -> None:
    alice.creates("cards", title="Dragon")
    api = Api(makes(alice, "cards:read", "posts:write")["secret"])
    assert len(api.get("cards").json()["results"]) == 1
    assert api.post("posts", {"text": "Hello"}).status_code == 201
    batch = {"requests": [{"method": "POST", "path": "cards", "body": {"title": "x"}}]}
    for answer, scope in (
        (api.post("cards", {"title": "x"}), "cards:write"),
        (api.get("posts"), "posts:read"),
        (api.get("users/me"), "users:read"),
        (api.get("auth/api-keys"), "auth/api-keys:read"),
        (api.post("batch", batch), "cards:write"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
        if answer.has_header("WWW-Authenticate"):
            assert scope in answer["WWW-Authenticate"]


def test_a_key_for_everything_reads_everything(alice: Persona) -> None:
    api = Api(makes(alice, "*:read")["secret"])
    assert api.get("users/me").json()["id"] == alice.id
    assert api.post("cards", {"title": "x"}).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["auth/logout", "auth/password-change", "auth/email-change", "users/me/export", "auth/totp"],
)
def test_a_key_is_no_person(alice: Persona, path: str) -> None:
    api = Api(makes(alice, "*:read", "*:write")["secret"])
    assert api.post(path, {}).status_code == 401


def test_a_key_cannot_make_keys_beyond_itself(alice: Persona) -> None:
    api = Api(makes(alice, "*:read", "*:write")["secret"])
    made = api.post("auth/api-keys", {"name": "More", "scopes": ["*:write"]})
    assert made.status_code == 401


@pytest.mark.parametrize("scopes", [[], ["cards"], ["cards:fly"], ["nothing:read"], "cards:read"])
def test_a_scope_must_be_one_there_is(alice: Persona, scopes: object) -> None:
    refused = alice.api.post("auth/api-keys", {"name": "Bot", "scopes": scopes})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"].startswith("scopes")


def test_a_revoked_or_expired_key_is_no_good(alice: Persona, bob: Persona) -> None:
    revoked = makes(alice)
    token = token_of(client_id=revoked["id"], client_secret=revoked["secret"]).json()
    assert bob.api.delete(f"auth/api-keys/{revoked['id']}").status_code == 404
    assert alice.api.delete(f"auth/api-keys/{revoked['id']}").status_code == 204
    old = makes(alice, expires_at=(timezone.now() + timedelta(hours=1)).isoformat())
    assert Api(old["secret"]).get("cards").status_code == 200
    row = ApiKey.objects.get(pk=old["id"])
    changes.update(row, by=SYSTEM, expires_at=timezone.now() - timedelta(seconds=1))
    for bad in (revoked["secret"], token["access_token"], old["secret"], f"{old['secret'][:-1]}x"):
        assert Api(bad).get("cards").status_code == 401


def test_a_key_ends_with_its_owners_standing(alice: Persona) -> None:
    key = makes(alice)
    user = User.objects.get(pk=alice.id)
    changes.update(user, by=SYSTEM, barred_until=timezone.now() + timedelta(days=1))
    assert Api(key["secret"]).get("cards").status_code == 403
    changes.update(user, by=SYSTEM, barred_until=None, is_active=False)
    assert Api(key["secret"]).get("cards").status_code == 401


def test_the_last_use_of_a_key_is_shown(alice: Persona) -> None:
    key = makes(alice)
    assert alice.api.get(f"auth/api-keys/{key['id']}").json()["last_used_at"] is None
    Api(key["secret"]).get("cards")
    assert alice.api.get(f"auth/api-keys/{key['id']}").json()["last_used_at"]


def test_a_server_can_trade_its_key_for_a_token(alice: Persona) -> None:
    key = makes(alice, "cards:read", "cards:write")
    for secret in (key["secret"], key["secret"][-43:]):
        answer = token_of(client_id=key["id"], client_secret=secret, scope="cards:read")
        assert answer.status_code == 200, answer.content
        assert (answer.json()["token_type"], answer.json()["scope"]) == ("Bearer", "cards:read")
        assert answer["Cache-Control"] == "no-store"
        api = Api(answer.json()["access_token"])
        assert api.get("cards").status_code == 200
        assert api.post("cards", {"title": "x"}).json()["code"] == "insufficient_scope"
    assert AccountEvent.objects.filter(user_id=alice.id, kind="key_token").count() == 2


def test_a_server_can_say_who_it_is_by_basic_authentication_in_a_form(alice: Persona) -> None:
    key = makes(alice)
    basic = b64encode(f"{key['id']}:{key['secret']}".encode()).decode()
    answer = Api().client.post(
        "/api/v1/auth/service-token",
        "grant_type=client_credentials",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {basic}"},
    )
    assert answer.json()["scope"] == "cards:read"


def test_refusals_speak_oauths_language(alice: Persona) -> None:
    key = makes(alice)
    good = {"client_id": key["id"], "client_secret": key["secret"]}
    for sent, status, error in (
        (good | {"client_secret": "x"}, 401, "invalid_client"),
        (good | {"client_id": "x"}, 401, "invalid_client"),
        ({}, 401, "invalid_client"),
        (good | {"scope": "posts:write"}, 400, "invalid_scope"),
        (good | {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ):
        answer = token_of(**sent)
        assert (answer.status_code, answer.json()) == (status, {"error": error})
