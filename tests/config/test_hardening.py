"""What the product does not offer: guesses about content, open folders, debugging, detours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import make_password

from config.settings import PASSWORD_HASHERS
from tests.client import Browser
from tests.config.test_fast_path_and_django import ask
from tests.config.test_settings import given, problem_with
from tests.config.test_settings import settings as loaded_settings
from tests.users.test_admin_cookie import SECRET
from users.models import User
from users.services.accounts import change_password

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

pytestmark = pytest.mark.embedded

__all__ = ["given"]

PAGES = ("/", "/admin/login/", "/account/verify?token=x", "/api/docs")


def test_answers_have_a_kind_and_are_not_guessed(transactional_db: None) -> None:
    for path in ("/api/v1/cards", "/api/v1/nothing", "/healthz/x", "/static/nothing", *PAGES):
        answer = ask("GET", path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer"), path
        kind = answer.headers["Content-Type"]
        assert kind == "text/html; charset=utf-8" if path in PAGES else "json" in kind, path


@pytest.mark.parametrize(
    "path",
    [
        "/.git/HEAD",
        "/.env",
        "/manage.py",
        "/data/secrets/secret_key",
        "/secrets/secret_key",
        "/files/",
        "/files/pictures/",
        "/files/../secrets/secret_key",
        "/files/%2e%2e/secrets/secret_key",
        "/static/",
        "/static/admin/",
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
        "/holobase.db",
    ],
)
def test_nothing_lies_open_beside_the_product(transactional_db: None, path: str) -> None:
    assert ask("GET", path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/api/v1/cards", "/api/v1/users/me", "/healthz/", "/files/"])
def test_nothing_is_traced(transactional_db: None, path: str) -> None:
    answer = ask("TRACE", path, headers={"Authorization": "Bearer a.correct.horse"})
    assert answer.status_code in (401, 404, 405)
    assert "correct" not in answer.text


def test_nobody_can_turn_debugging_on(given: pytest.MonkeyPatch) -> None:
    assert loaded_settings()["DEBUG"] is False
    for name in ("DEBUG", "DJANGO_DEBUG", "HOLOBASE_DEBUG"):
        assert problem_with(name, "true") is None
        given.setenv(name, "true")
    assert loaded_settings()["DEBUG"] is False


def test_under_tls_cookies_are_bound_to_this_host(given: pytest.MonkeyPatch) -> None:
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")
    assert [loaded_settings()[name] for name in names] == ["sessionid", "csrftoken"]
    given.setenv("USE_TLS", "true")
    loaded = loaded_settings()
    assert [loaded[name] for name in names] == ["__Host-sessionid", "__Host-csrftoken"]
    # What the prefix asks for; the path is Django's default, and there is no domain.
    assert loaded["SESSION_COOKIE_SECURE"] is loaded["CSRF_COOKIE_SECURE"] is True
    assert loaded.keys().isdisjoint(
        {"SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_PATH", "CSRF_COOKIE_DOMAIN"}
    )


def test_passwords_are_kept_by_argon2id(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    algorithm, kind, _version, costs, *_salt_and_hash = make_password(SECRET).split("$")
    assert (algorithm, kind) == ("argon2", "argon2id")
    assert costs.startswith("m=19456,t=2")


def test_a_form_shows_what_was_sent_as_text(db: None) -> None:
    markup = '"><script>alert(1)</script>{{ 7|add:7 }}{% now "Y" %}'
    sent = {"username": markup, "password": "x"}
    page = Browser().post("/admin/login/", sent).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert "{{ 7|add:7 }}" in page


def test_a_query_is_decoded_once(transactional_db: None) -> None:
    once = ask("GET", "/api/v1/cards?filter=title%3D%22%2522%22")
    assert (once.status_code, once.json()["results"]) == (200, [])
    twice = ask("GET", "/api/v1/cards?filter%253D1=x")
    assert twice.status_code == 400
    assert "filter%3D1" in twice.text


def test_the_admin_sends_nobody_elsewhere(moderator: Persona) -> None:
    change_password(User.objects.get(pk=moderator.id), SECRET)
    for place in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"):
        browser = Browser()
        sent = {"username": "moderator", "password": SECRET, "next": place}
        answer = browser.post("/admin/login/", sent)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/")
