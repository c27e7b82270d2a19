"""A passkey in a real Chromium, by the script that docs/sign-in.md shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.virtual_authenticator import (
    Protocol,
    Transport,
    VirtualAuthenticatorOptions,
)

from tests.browsers import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer
    from selenium.webdriver import Chrome

    from tests.personas import Persona

pytestmark = pytest.mark.embedded

SCRIPT = """
    const [token, done] = [arguments[0], arguments[arguments.length - 1]];
    const post = async (path, body = {}) => (await fetch(`/api/v1/${path}`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })).json();
    (async () => { %s })().then(done, (error) => done({ error: String(error) }));
"""
ADD = """
    const json = await post("auth/passkeys/options");
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
    const credential = await navigator.credentials.create({ publicKey });
    const sent = { name: "My laptop", credential: credential.toJSON() };
    return post("auth/passkeys/register", sent);
"""
SIGN_IN = """
    const json = await post("auth/passkeys/sign-in/options");
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
    const credential = await navigator.credentials.get({ publicKey });
    return post("auth/passkeys/sign-in", { credential: credential.toJSON() });
"""


@pytest.fixture
def browser(
    live_server: LiveServer, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chrome]:
    settings.PUBLIC_URL = live_server.url
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        running.set_script_timeout(15)
        running.get(f"{live_server.url}/healthz")
        yield running


@pytest.fixture
def authenticator(browser: Chrome) -> None:
    """Add a fingerprint reader to the browser, and a finger that is always right."""
    browser.add_virtual_authenticator(
        VirtualAuthenticatorOptions(
            protocol=Protocol.CTAP2,
            transport=Transport.INTERNAL,
            has_resident_key=True,
            has_user_verification=True,
            is_user_verified=True,
        )
    )


def run(browser: Chrome, script: str, token: str = "") -> Any:
    return browser.execute_async_script(SCRIPT % script, token)


def test_alice_can_add_a_passkey_and_sign_in_by_it_and_again(
    browser: Chrome, authenticator: None, alice: Persona
) -> None:
    added = run(browser, ADD, alice.token)
    assert added.get("name") == "My laptop", added
    for _number in range(2):
        signed_in = run(browser, SIGN_IN)
        assert signed_in.get("user", {}).get("username") == "alice", signed_in


def test_the_browser_knows_which_passkey_it_has_already(
    browser: Chrome, authenticator: None, alice: Persona
) -> None:
    assert run(browser, ADD, alice.token).get("name") == "My laptop"
    assert "InvalidStateError" in run(browser, ADD, alice.token)["error"]
