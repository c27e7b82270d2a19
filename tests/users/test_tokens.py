"""Tokens that are no good, whoever made them."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection
from django.utils import timezone
from jwt.algorithms import ECAlgorithm

from resources.ids import new_id
from tests.client import Api
from users.callers import NOWHERE
from users.models import SigningKey
from users.services.sessions import open_session
from users.services.signing import rotate_signing_key, verifying_keys
from users.tokens import AUDIENCE, keys, token_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.json_text import JsonObject
    from tests.personas import Persona


@pytest.fixture(autouse=True)
def keys_of_one_test() -> Iterator[None]:
    """Forget the keys that a test has brought in."""
    yield
    keys.forget()


def encoded(document: dict[str, object]) -> str:
    return urlsafe_b64encode(orjson.dumps(document)).rstrip(b"=").decode()


def pair_of(persona: Persona) -> dict[str, str]:
    assert persona.user is not None
    return token_pair(open_session(persona.user, caller=NOWHERE, method="test"))


def claims_of(token: str, **changed: object) -> JsonObject:
    claims: JsonObject = jwt.decode(token, options={"verify_signature": False})
    return claims | changed


def signed_elsewhere(token: str, **header: object) -> str:
    """Sign a token's claims with a key of the attacker's."""
    return jwt.encode(claims_of(token), ec.generate_private_key(ec.SECP256R1()), "ES256", header)


def with_public_key_as_secret(token: str) -> str:
    """Confuse algorithms: HMAC with the public key, which everyone knows, as the secret."""
    public = jwt.PyJWK(verifying_keys()[0]).key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{encoded({'alg': 'HS256', 'kid': key_id_of(token)})}.{token.split('.')[1]}"
    signature = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def key_id_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def ours(token: str, **changed: object) -> str:
    """Sign changed claims with our own key."""
    claims = claims_of(token, **changed)
    private = SigningKey.objects.get(pk=key_id_of(token)).private
    return jwt.encode(claims, private, "ES256", {"kid": key_id_of(token)})


def forgeries(token: str) -> dict[str, str]:
    """Return every way of making a token that must not be taken for the good one."""
    header, claims, signature = token.split(".")
    return {
        "no algorithm": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{claims}.",
        "no algorithm, our key": f"{encoded({'alg': 'none', 'kid': key_id_of(token)})}.{claims}.",
        "another key under our id": signed_elsewhere(token, kid=key_id_of(token)),
        "another key under its own id": signed_elsewhere(token, kid="x"),
        "another key without id": signed_elsewhere(token),
        "public key as secret": with_public_key_as_secret(token),
        "other claims": f"{header}.{encoded(claims_of(token, exp=4_000_000_000))}.{signature}",
        "no signature": f"{header}.{claims}.",
        "another issuer": ours(token, iss="https://evil.example"),
        "another audience": ours(token, aud="somebody"),
        "expired": ours(token, exp=1),
        "no expiry": ours(token, exp=None),
        "not valid yet": ours(token, nbf=4_000_000_000),
        "another type": ours(token, token_type="sliding"),
        "no type": ours(token, token_type=None),
        "no session": ours(token, sid=None),
        "unknown session": ours(token, sid=str(new_id())),
        "one letter more": f"{token}x",
        "nonsense": "a.b.c",
        "a word": "nonsense",
    }


def test_the_forger_of_these_tests_can_make_a_good_token(alice: Persona) -> None:
    assert Api(ours(alice.token)).get("users/me").status_code == 200


def test_nobody_can_use_a_token_that_is_no_good(alice: Persona) -> None:
    pair = pair_of(alice)
    bad = forgeries(pair["access"]) | {"a refresh token": pair["refresh"]}
    for what, token in bad.items():
        response = Api(token).get("users/me")
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), what
        assert response["WWW-Authenticate"] == "Bearer"
        # Even where anyone may look, a bad token is not taken for no token.
        assert Api(token).get("cards").status_code == 401, what
        assert Api(token).post("cards", {"title": "x"}).status_code == 401, what


def test_nobody_can_refresh_by_a_token_that_is_no_good(alice: Persona) -> None:
    pair = pair_of(alice)
    bad = forgeries(pair["refresh"]) | {"an access token": pair["access"]}
    bad["no generation"] = ours(pair["refresh"], gen=None)
    for what, token in bad.items():
        response = Api().post("auth/token/refresh", {"refresh": token})
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), what
    assert Api().post("auth/token/refresh", {"refresh": pair["refresh"]}).status_code == 200


def test_a_token_cannot_bring_its_own_key(alice: Persona) -> None:
    """Keys come from our table alone, whatever a header says about where to find them."""
    own = ec.generate_private_key(ec.SECP256R1())
    public = orjson.loads(ECAlgorithm.to_jwk(own.public_key()))
    brought = {"jwk": public, "jku": "https://evil.example/keys", "x5u": "https://evil.example/c"}
    for key_id in ({}, {"kid": "theirs"}, {"kid": key_id_of(alice.token)}):
        token = jwt.encode(claims_of(alice.token), own, "ES256", brought | key_id)
        assert Api(token).get("users/me").status_code == 401


def test_a_token_ends_with_its_time(alice: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alice.api.get("users/me").status_code == 200
    monkeypatch.setattr("users.tokens.time", lambda: 4_000_000_000)
    assert alice.api.get("users/me").status_code == 401


@pytest.mark.parametrize("header", ["Basic x", "Bearer", "Bearer ", "x", "Token x"])
def test_only_bearer_tokens_are_understood(db: None, header: str) -> None:
    api = Api()
    response = api.client.get("/api/v1/cards", headers={"Authorization": header})
    assert response.status_code == 401


def test_another_service_can_verify_a_token_by_the_published_keys_alone(alice: Persona) -> None:
    published = Api().client.get("/.well-known/jwks.json").json()
    key = jwt.PyJWKSet.from_dict(published)[key_id_of(alice.token)]
    claims = jwt.decode(
        alice.token, key.key, ["ES256"], audience=AUDIENCE, issuer=settings.PUBLIC_URL
    )
    assert claims["sub"] == alice.id
    assert "d" not in published["keys"][0], "the private part is published"


def test_keys_rotate_without_signing_anyone_out(alice: Persona) -> None:
    before = pair_of(alice)
    rotate_signing_key()
    keys.forget()
    after = pair_of(alice)
    assert key_id_of(before["access"]) != key_id_of(after["access"])
    for pair in (before, after):
        assert Api(pair["access"]).get("users/me").status_code == 200
        assert Api().post("auth/token/refresh", {"refresh": pair["refresh"]}).status_code == 200
    assert len(verifying_keys()) == 2


def test_a_retired_key_is_forgotten_when_its_last_token_is_out(alice: Persona) -> None:
    before = pair_of(alice)
    rotate_signing_key()
    SigningKey.objects.exclude(expires_at=None).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    keys.forget()
    assert Api(before["access"]).get("cards").status_code == 401
    rotate_signing_key()
    assert not SigningKey.objects.filter(pk=key_id_of(before["access"])).exists()


def test_another_process_learns_of_a_new_key_by_the_first_token_signed_with_it(
    alice: Persona,
) -> None:
    assert alice.api.get("users/me").status_code == 200  # this process knows the first key
    ring = keys._keys()
    private = rotate_signing_key()
    token = jwt.encode(claims_of(alice.token), private.private, "ES256", {"kid": private.pk})
    ring.read_at -= 5
    assert Api(token).get("users/me").status_code == 200


def test_private_keys_are_sealed_in_the_database(alice: Persona) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM users_signingkey")
        stored = [row[0] for row in cursor.fetchall()]
    assert stored
    assert not any("PRIVATE KEY" in text for text in stored)
