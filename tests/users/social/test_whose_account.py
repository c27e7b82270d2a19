"""Whose account an account elsewhere is, and what it takes to get into one."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from resources import changes
from resources.actors import SYSTEM
from resources.errors import Problem
from tests.personas import new_member
from users.callers import NOWHERE
from users.models import Identity, User
from users.models.members import USERNAME
from users.oauth.accounts import ProviderAccount
from users.services.identities import free_username, member_of

if TYPE_CHECKING:
    from tests.personas import Persona
    from tests.users.social.apps import App
    from tests.users.social.forger import Forger


def account(email: str = "", *, subject: str = "1", provider: str = "mysso") -> ProviderAccount:
    return ProviderAccount(provider, subject, email, ["Dana"])


def refusal(elsewhere: ProviderAccount) -> str:
    with pytest.raises(Problem) as raised:
        member_of(elsewhere, caller=NOWHERE)
    return raised.value.code


def test_mallory_cannot_take_an_account_by_an_address_she_has_not_proven(
    app: App, forger: Forger, alice: Persona
) -> None:
    forger.changed = {"email": "alice@example.com", "email_verified": False}
    assert app.failure(forger.log_in, "forger") == "email_unverified"
    assert User.objects.count() == 1
    assert not Identity.objects.exists()


def test_mallory_cannot_take_an_account_whose_address_is_not_proven_here(
    app: App, forger: Forger, db: None
) -> None:
    """Nor wait in an account she opened with dana's address for dana to come by a provider."""
    new_member("dana", is_verified=False)
    forger.changed = {"email": "dana@example.com"}
    assert app.failure(forger.log_in, "forger") == "account_exists"
    assert not User.objects.get().is_verified
    assert not Identity.objects.exists()


def test_an_app_is_told_why_in_words_of_the_standard(app: App, forger: Forger, db: None) -> None:
    app.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "ko"
    new_member("dana", is_verified=False)
    for changed in ({"email": "dana@example.com"}, {"email": None}, {"aud": "x"}):
        forger.changed = changed
        returned = app.come_back(forger.log_in(app.departure("forger")))
        words = app.arrival(returned)["error_description"]
        # RFC 6749, 4.1.2.1
        assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]{20,}", words)


def test_the_same_id_at_two_providers_is_two_accounts(db: None) -> None:
    first = member_of(account("dana@example.com"), caller=NOWHERE)
    second = member_of(account("eve@example.com", provider="github"), caller=NOWHERE)
    assert first != second
    # Nor can a provider's name and an id run together to be another's.
    assert refusal(account(provider="mysso:1", subject="")) == "email_unverified"


def test_a_closed_account_stays_closed(alice: Persona) -> None:
    member_of(account("alice@example.com"), caller=NOWHERE)
    changes.update(User.objects.get(), by=SYSTEM, is_active=False)
    assert refusal(account()) == "account_closed"
    assert refusal(account("alice@example.com", subject="2")) == "account_closed"
    assert Identity.objects.count() == 1


def test_an_account_of_before_the_link_is_found_again(alice: Persona) -> None:
    assert member_of(account("ALICE@example.com"), caller=NOWHERE) == alice.user
    assert member_of(account(), caller=NOWHERE) == alice.user


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Dana.K"], "Dana.K"),
        (["Dana  Kim"], "Dana.Kim"),
        (["Dánà"], "Dana"),
        (["--dana--"], "dana"),
        (["ab", "dana"], "dana"),
        (["dana@example.com", "nick"], "nick"),
        (["d" * 80], "d" * 24),
        (["x" * 23 + "." + "y"], "x" * 23),
    ],
)
def test_a_username_is_made_of_a_name(db: None, names: list[str], expected: str) -> None:
    assert free_username(names) == expected
    USERNAME(expected)


@pytest.mark.parametrize("names", [[], ["김다나"], ["!!"], ["dana@example.com"]])
def test_who_has_no_plain_name_is_a_member_with_a_number(db: None, names: list[str]) -> None:
    assert re.fullmatch(r"member\d{5}", free_username(names))


def test_a_username_is_nobody_elses(alice: Persona) -> None:
    made = free_username(["ALICE"])
    assert re.fullmatch(r"ALICE\d{5}", made)
    USERNAME(made)


@pytest.mark.django_db(transaction=True)
def test_tabs_at_the_same_time_open_one_account() -> None:
    tabs, rounds = 4, 8
    together = Barrier(tabs)

    def sign_in(number: int) -> User:
        elsewhere = account(f"dana{number}@example.com", subject=str(number))
        try:
            connection.ensure_connection()
            together.wait(10)
            return member_of(elsewhere, caller=NOWHERE)
        finally:
            connection.close()

    for number in range(rounds):
        with ThreadPoolExecutor(tabs) as browser:
            assert len(set(browser.map(sign_in, [number] * tabs))) == 1
    assert User.objects.count() == Identity.objects.count() == rounds
