"""ID tokens that are not what they should be: nobody is signed in by one."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from users.models import Identity, User

if TYPE_CHECKING:
    from tests.users.social.apps import App
    from tests.users.social.forger import Forger


def test_an_honest_token_signs_in(app: App, forger: Forger) -> None:
    answer = app.sign_in(forger.log_in, "forger")
    assert answer.json()["user"]["email"] == "mallory@example.com"


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["holobase", "another-client"]},
        {"azp": "another-client"},
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": int(time()) - 60},
        {"exp": None},
        {"iat": int(time()) - 3600},
        {"iat": None},
        {"nbf": int(time()) + 3600},
        {"sub": None},
        {"at_hash": "of-another-token"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_token_with_a_wrong_claim_signs_nobody_in(
    app: App, forger: Forger, changed: dict[str, object]
) -> None:
    forger.changed = changed
    assert app.failure(forger.log_in, "forger") == "server_error"
    assert not User.objects.exists()


def test_a_token_of_another_key_signs_nobody_in(app: App, forger: Forger) -> None:
    forger.signing_key = generate_private_key(65537, 2048)
    assert app.failure(forger.log_in, "forger") == "server_error"
    assert not User.objects.exists()


def test_an_unsigned_token_signs_nobody_in(app: App, forger: Forger) -> None:
    forger.signing_key, forger.algorithm = None, "none"
    assert app.failure(forger.log_in, "forger") == "server_error"
    assert not User.objects.exists()


def test_a_token_signed_with_the_client_secret_signs_nobody_in(app: App, forger: Forger) -> None:
    forger.signing_key, forger.algorithm = "s3cret".ljust(32, "-"), "HS256"
    assert app.failure(forger.log_in, "forger") == "server_error"
    assert not User.objects.exists()


def test_a_profile_of_somebody_else_signs_nobody_in(app: App, forger: Forger) -> None:
    forger.userinfo = {"sub": "victim", "email": "victim@example.com", "email_verified": True}
    assert app.failure(forger.log_in, "forger") == "server_error"
    assert not User.objects.exists()


def test_the_subject_is_that_of_the_token(app: App, forger: Forger) -> None:
    forger.userinfo = {"email": "other@example.com", "email_verified": True}
    app.sign_in(forger.log_in, "forger")
    assert Identity.objects.get().subject == "mallory"
    assert User.objects.get().email == "mallory@example.com"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "e30.e30.", None, 1])
def test_what_is_no_token_signs_nobody_in(app: App, forger: Forger, token: object) -> None:
    forger.forged = [token]
    assert app.failure(forger.log_in, "forger") == "server_error"
    assert not User.objects.exists()
