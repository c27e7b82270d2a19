"""The pages that links in mails lead to where the card site has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.client import Api, Browser
from users.models import Proof, User

if TYPE_CHECKING:
    from tests.client import Response
    from tests.personas import Persona
    from tests.users.conftest import Mailbox

ALICE, NEW = "alice@example.com", "a better horse 10"
LINK = re.compile(r"http://localhost:8000(/account/\S+)")


def link_to(mailbox: Mailbox, address: str) -> str:
    match = LINK.search(mailbox.text(address))
    assert match is not None
    return match[1]


def click(link: str, **sent: str) -> Response:
    """Open a page as a browser does, and send its form with the token that is in it."""
    browser = Browser(enforce_csrf_checks=True)
    page = browser.get(link)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "same-origin"
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert token is not None
    return browser.post(link, {"csrfmiddlewaretoken": token[1], **sent})


def test_anonymous_can_open_an_account_by_a_click(mailbox: Mailbox) -> None:
    sent = {"email": "dana@example.com", "username": "dana", "password": "a correct horse 9"}
    Api().post("auth/register", sent)
    link = link_to(mailbox, "dana@example.com")
    Browser().get(link)
    assert not User.objects.exists(), "a mail scanner that follows the link opens nothing"
    assert "is confirmed" in click(link).content.decode()
    assert User.objects.get().is_verified
    assert "not valid or has expired" in click(link).content.decode()


def test_alice_can_set_a_new_password_on_the_page(mailbox: Mailbox, alice: Persona) -> None:
    Api().post("auth/password-reset", {"email": ALICE})
    link = link_to(mailbox, ALICE)
    refused = click(link, new_password1="alice@example.com", new_password2="alice@example.com")
    assert "errorlist" in refused.content.decode()
    assert "is set" in click(link, new_password1=NEW, new_password2=NEW).content.decode()
    assert User.objects.get().check_password(NEW)


def test_alice_can_confirm_another_address_on_the_page(mailbox: Mailbox, alice: Persona) -> None:
    alice.api.post("auth/email-change", {"email": "a@elsewhere.example"})
    click(link_to(mailbox, "a@elsewhere.example"))
    assert alice.api.get("users/me").json()["email"] == "a@elsewhere.example"
    assert "no longer used" in mailbox.text(ALICE)


def test_another_site_cannot_send_the_form(mailbox: Mailbox, alice: Persona) -> None:
    Api().post("auth/password-reset", {"email": ALICE})
    link = link_to(mailbox, ALICE)
    victim = Browser(enforce_csrf_checks=True)
    victim.get(link)
    sent = victim.post(link, {"new_password1": NEW, "new_password2": NEW})
    assert sent.status_code == 403
    assert Proof.objects.get().used_at is None


@pytest.mark.parametrize("page", ["verify", "reset", "change"])
def test_a_link_that_is_no_good_says_so(db: None, page: str) -> None:
    answer = click(f"/account/{page}?token=x", new_password1=NEW, new_password2=NEW)
    assert "not valid or has expired" in answer.content.decode()
