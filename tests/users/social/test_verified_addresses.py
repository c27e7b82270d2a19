"""Which addresses each provider vouches for, by answers as their references show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from users.oauth.accounts import ProviderAccount, read_account

if TYPE_CHECKING:
    from resources.json_text import JsonObject

ADDRESS = "Dana@Example.com"
VERIFIED = "dana@example.com"


def told(name: str, answer: dict[str, object]) -> ProviderAccount:
    return read_account(name, "1", answer)


def kakao(**account: object) -> JsonObject:
    return {"id": 1, "kakao_account": {"email": ADDRESS, **account}}


def github(*emails: dict[str, object]) -> JsonObject:
    return {"id": 1, "login": "dana", "email": ADDRESS, "emails": list(emails)}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("google", {"claims": {"email": ADDRESS, "email_verified": True}}),
        ("google", {"email": ADDRESS, "email_verified": True}),
        ("mysso", {"claims": {"email": ADDRESS, "email_verified": True}}),
        ("mysso", {"claims": {"email": ADDRESS}, "email": ADDRESS, "email_verified": True}),
        ("apple", {"claims": {"email": ADDRESS, "email_verified": "true"}}),
        ("apple", {"claims": {"email": ADDRESS, "email_verified": True}}),
        ("github", github({"email": ADDRESS, "primary": True, "verified": True})),
        (
            "github",
            github(
                {"email": "old@example.com", "primary": False, "verified": True},
                {"email": ADDRESS, "primary": True, "verified": True},
            ),
        ),
        (
            "github",
            github(
                {"email": "victim@example.com", "primary": True, "verified": False},
                {"email": ADDRESS, "primary": False, "verified": True},
            ),
        ),
        ("discord", {"id": "1", "email": ADDRESS, "verified": True}),
        ("kakao", kakao(is_email_valid=True, is_email_verified=True)),
    ],
    ids=str,
)
def test_a_provider_can_vouch_for_an_address(name: str, answer: dict[str, object]) -> None:
    assert told(name, answer).email == VERIFIED


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("google", {"claims": {"email": ADDRESS, "email_verified": False}}),
        ("google", {"claims": {"email": ADDRESS}}),
        ("mysso", {"email": ADDRESS}),
        ("mysso", {"email": ADDRESS, "email_verified": "false"}),
        ("mysso", {"email": ADDRESS, "email_verified": "yes"}),
        ("mysso", {"email": ADDRESS, "email_verified": None}),
        # The flag of one source says nothing about the address of another.
        ("mysso", {"claims": {"email_verified": True}, "email": ADDRESS}),
        ("mysso", {"claims": {"email": ADDRESS}, "email_verified": True}),
        ("apple", {"claims": {"email": ADDRESS, "email_verified": "false"}}),
        ("apple", {"claims": {"email_verified": "true"}}),
        ("github", {"id": 1, "login": "dana", "email": ADDRESS}),
        ("github", {"id": 1, "login": "dana", "email": ADDRESS, "emails": []}),
        ("github", github({"email": ADDRESS, "primary": True, "verified": False})),
        ("github", github({"email": ADDRESS, "primary": True})),
        (
            "github",
            github({"email": "1+dana@users.noreply.github.com", "primary": True, "verified": True}),
        ),
        ("github", {"id": 1, "email": ADDRESS, "verified": True, "email_verified": True}),
        ("discord", {"id": "1", "email": ADDRESS, "verified": False}),
        ("discord", {"id": "1", "email": ADDRESS}),
        ("discord", {"id": "1", "email": None, "verified": True}),
        ("kakao", kakao(is_email_valid=True, is_email_verified=False)),
        ("kakao", kakao(is_email_valid=False, is_email_verified=True)),
        ("kakao", kakao()),
        ("kakao", {"id": 1}),
        ("naver", {"id": "1", "email": ADDRESS, "nickname": "dana"}),
        ("naver", {"id": "1", "email": ADDRESS, "email_verified": True, "verified": True}),
    ],
    ids=str,
)
def test_an_address_that_nobody_vouches_for_is_none(name: str, answer: dict[str, object]) -> None:
    assert told(name, answer).email == ""


@pytest.mark.parametrize(
    "address",
    [
        *("", "dana", "dana@", "@example.com", "a b@example.com", 7, [VERIFIED], "a@b.c" * 60),
        # The Kelvin sign and the long s are k and s when made small: mike@, susan@.
        *("mi\u212ae@example.com", "\u017fusan@example.com", "dana@exämple.com"),
    ],
)
def test_what_is_no_plain_address_is_none(address: object) -> None:
    assert told("mysso", {"email": address, "email_verified": True}).email == ""


@pytest.mark.parametrize(
    ("name", "answer", "names"),
    [
        ("github", {"login": "octo-cat", "name": "Dana K"}, ["octo-cat", "Dana K"]),
        ("discord", {"username": "dana", "global_name": None}, ["dana"]),
        ("kakao", {"properties": {"nickname": "다나"}}, ["다나"]),
        ("kakao", {"kakao_account": {"profile": {"nickname": "다나"}}}, ["다나"]),
        # NAVER's `username` is the name in the passport.
        ("naver", {"username": "김다나", "nickname": "dana"}, ["dana"]),
        ("mysso", {"claims": {"name": "Dana"}, "nickname": "D"}, ["D", "Dana"]),
        ("mysso", {"preferred_username": 7}, []),
    ],
)
def test_names_are_those_that_members_show(
    name: str, answer: dict[str, object], names: list[str]
) -> None:
    assert told(name, answer).names == names


@pytest.mark.parametrize("subject", [None, ""])
def test_an_account_of_nobody_is_none(subject: object) -> None:
    with pytest.raises(ValueError, match="whose account"):
        read_account("mysso", subject, {})
