"""One client is one network: however its address is spelled, and whichever limit counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.http.client_networks import (
    address_of_scope,
    client_address,
    client_network,
)
from tests.client import Api

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.client import Response

PROXY = "10.0.0.1"

ONE_CLIENT = [
    "203.0.113.9",
    "203.0.113.9:5678",
    " 203.0.113.9 ",
    "::ffff:203.0.113.9",
    "::FFFF:cb00:7109",
    "0:0:0:0:0:ffff:203.0.113.9",
    "[::ffff:203.0.113.9]:80",
    '"[::ffff:203.0.113.9]:80"',
    'for="203.0.113.9:5678"',
    "For=203.0.113.9;proto=https;by=10.0.0.1",
    "64:ff9b::203.0.113.9",
    "2002:cb00:7109::1",
]

ONE_LINE = [
    "2001:db8:1:2::1",
    "2001:DB8:1:2:0:0:0:1",
    "2001:0db8:0001:0002:0000:0000:0000:0001",
    "[2001:db8:1:2::1]",
    "[2001:db8:1:2::1]:80",
    'for="[2001:db8:1:2::1]:80"',
    "2001:db8:1:2::1%eth0",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
]


@pytest.mark.parametrize("spelled", ONE_CLIENT)
def test_an_ipv4_client_has_one_address_however_it_is_spelled(
    settings: Settings, spelled: str
) -> None:
    settings.PROXIES = 1
    assert client_address(PROXY, spelled) == "203.0.113.9"
    assert client_address(spelled, "") == "203.0.113.9"
    assert client_network("203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("spelled", ONE_LINE)
def test_all_addresses_of_a_line_are_one_network(settings: Settings, spelled: str) -> None:
    settings.PROXIES = 1
    assert client_network(client_address(PROXY, spelled)) == "2001:db8:1:2::/64"
    assert client_network(client_address("2001:db8:1:3::1", "")) == "2001:db8:1:3::/64"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", PROXY),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "spoofed, 203.0.113.9", "203.0.113.9"),
        (2, "spoofed, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1,,203.0.113.9:99, ,10.0.0.2", "203.0.113.9"),
        (1, "", PROXY),
        (1, " , ", PROXY),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.PROXIES = proxies
    assert client_address(PROXY, forwarded) == address


@pytest.mark.parametrize(
    "junk", ["unknown", "_hidden", "1.2.3", "300.1.1.1", "[::1", "::1::", "é", "\x00", "9" * 5000]
)
def test_junk_is_no_new_client(settings: Settings, junk: str) -> None:
    """What one of our proxies passed on without an address counts as the next one inwards."""
    settings.PROXIES = 2
    assert client_address(PROXY, f"{junk}, 10.0.0.2") in {"10.0.0.2", "::1"}
    assert client_address(PROXY, f"{junk}, {junk}") in {PROXY, "::1"}


@given(st.text(max_size=200))
def test_whatever_is_forwarded_gives_a_network(forwarded: str) -> None:
    assert client_network(client_address(PROXY, forwarded))


def test_lines_of_a_header_are_one_list(settings: Settings) -> None:
    settings.PROXIES = 2
    lines = [(b"x-forwarded-for", b"spoofed, 203.0.113.9"), (b"x-forwarded-for", b"10.0.0.2")]
    assert address_of_scope({"client": (PROXY, 1), "headers": lines}) == "203.0.113.9"
    assert address_of_scope({"client": None, "headers": []}) == ""


def signs_in(identity: str, place: str) -> Response:
    sent = {"identity": identity, "password": "wrong"}
    api = Api().client
    return api.post("/api/v1/auth/token", sent, content_type="application/json", REMOTE_ADDR=place)


def test_a_line_has_as_many_sign_ins_as_an_address(db: None, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"auth": "3/hour"}
    places = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ff::3", "2001:db8::4"]
    assert [signs_in(place[-1], place).status_code for place in places] == [401] * 3 + [429]
    assert signs_in("x", "2001:db8:0:1::1").status_code == 401


def test_a_line_has_as_many_guesses_as_an_address(db: None, settings: Settings) -> None:
    settings.GUESSES_PER_PLACE = 2
    places = ["2001:db8::1", "2001:db8::2", "2001:db8::3"]
    assert [signs_in("nobody", place).status_code for place in places] == [401, 401, 429]


def test_a_client_with_a_port_is_counted_as_one_without(db: None, settings: Settings) -> None:
    settings.PROXIES = 1
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "2/hour"}
    answers = [
        Api().post("cards", {}, X_Forwarded_For=spelled).status_code
        for spelled in ("203.0.113.9:1001", "203.0.113.9:1002", "::ffff:203.0.113.9")
    ]
    assert answers == [401, 401, 429]
