"""Refreshes are counted by session, mails by mailbox and network, each apart from sign-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.client import Api
from users.callers import NOWHERE
from users.mailer import mailbox_of
from users.services.sessions import open_session
from users.tokens import token_pair

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona


def session_of(persona: Persona) -> str:
    """Sign a member in on one more device; returns the refresh token."""
    assert persona.user is not None
    return token_pair(open_session(persona.user, caller=NOWHERE, method="test"))["refresh"]


def refresh(token: str) -> Any:
    return Api().post("auth/token/refresh", {"refresh": token})


def test_refreshes_hold_up_neither_sign_ins_nor_other_sessions(
    alice: Persona, bob: Persona, settings: Settings
) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"auth": "2/min", "refresh": "3/min"}
    hers, his = session_of(alice), session_of(bob)
    answers = []
    for _again in range(4):
        answers.append(refresh(hers))
        hers = answers[-1].json().get("refresh", hers)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert refresh(his).status_code == 200
    assert refresh(session_of(alice)).status_code == 200, "her other device"
    wrong = {"identity": "alice", "password": "wrong"}
    assert Api().post("auth/token", wrong).status_code == 401


def test_what_is_no_refresh_token_is_counted_by_network(alice: Persona, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"refresh": "2/min"}
    assert [refresh("nonsense").status_code for _again in range(3)] == [401, 401, 429]
    assert refresh(session_of(alice)).status_code == 200


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Dana@Example.com ", "dana@example.com"),
        ("dana+cards@example.com", "dana@example.com"),
        ("dana+a+b@example.com", "dana@example.com"),
        ("+dana@example.com", "+dana@example.com"),
        ("d.a.n.a@example.com", "d.a.n.a@example.com"),
        ("D.a.na+x@googlemail.com", "dana@gmail.com"),
        ('"a@b"@example.com', '"a@b"@example.com'),
    ],
)
def test_a_mailbox_has_one_name(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox


def asks_for_code(email: str, place: str = "192.0.2.1") -> int:
    client = Api().client
    status: int = client.post(
        "/api/v1/auth/otp", {"email": email}, content_type="application/json", REMOTE_ADDR=place
    ).status_code
    return status


def test_a_mailbox_cannot_be_flooded_by_its_other_names(db: None, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"mail": "2/hour"}
    asked = ["dana@example.com", "DANA+1@example.com", "dana+2@example.com"]
    assert [asks_for_code(email) for email in asked] == [202, 202, 429]


def test_a_network_cannot_have_mails_sent_for_ever(db: None, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"mail": "1/hour"}
    mailboxes = [f"member{number}@example.com" for number in range(6)]
    assert [asks_for_code(email) for email in mailboxes] == [202] * 5 + [429]
    assert asks_for_code("member6@example.com", "192.0.2.2") == 202
