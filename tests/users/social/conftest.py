"""A real OpenID Connect provider, set up here as `mysso`, and an app that members sign in with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from social_core.backends.open_id_connect import OpenIdConnectAuth

from tests.servers import Server, free_ports
from tests.users.social.apps import App
from tests.users.social.forger import Forger, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings


class Provider:
    """The provider's process, and the people who have an account there."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def is_ready(self) -> bool:
        """Tell whether the process answers."""
        try:
            return httpx.get(f"{self.issuer}/.well-known/openid-configuration").is_success
        except httpx.TransportError:
            return False

    def knows(self, subject: str, **claims: object) -> None:
        """Create an account at the provider."""
        httpx.put(f"{self.issuer}/users/{subject}", json=claims).raise_for_status()

    def log_in(self, address: str, subject: str) -> str:
        """Log in with the provider's form; returns where the browser is sent."""
        return str(httpx.post(address, data={"sub": subject}).headers["location"])

    def deny(self, address: str) -> str:
        """Press the form's other button; returns where the browser is sent."""
        return str(httpx.post(address, data={"action": "deny"}).headers["location"])


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """Run the provider in a process of its own."""
    (port,) = free_ports(1)
    running = Provider(f"http://localhost:{port}")
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "-n"]
    with Server(command, tmp_path_factory.mktemp("provider"), running.is_ready).running():
        yield running


@pytest.fixture(autouse=True)
def empty_discovery() -> Iterator[None]:
    """Forget what social-core remembers of issuers: a port may be another one's next time."""
    yield
    OpenIdConnectAuth.get_openid_configuration.invalidate()
    OpenIdConnectAuth.get_jwks_keys_for_uri.invalidate()


@pytest.fixture(autouse=True)
def set_up(provider: Provider, settings: Settings) -> None:
    """Set the provider up here, for apps at two addresses."""
    settings.OAUTH_PROVIDERS = {
        "mysso": {
            "LABEL": "My SSO",
            "KEY": "holobase",
            "SECRET": "s3cret",
            "OIDC_ENDPOINT": provider.issuer,
        }
    }
    settings.OAUTH_REDIRECTS = ["https://cards.example/", "holo://signed-in"]
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def app(db: None) -> App:
    """Return an app, in a browser of its own."""
    return App()


@pytest.fixture
def other_browser(db: None) -> App:
    """Return the app in another browser."""
    return App()


@pytest.fixture
def forger(settings: Settings) -> Iterator[Forger]:
    """Run a provider that signs whatever a test makes it sign, set up as `forger`."""
    with serving(Forger()) as running:
        settings.OAUTH_PROVIDERS = {
            "forger": {
                "LABEL": "Forger",
                "KEY": "holobase",
                "SECRET": "s3cret",
                "OIDC_ENDPOINT": running.issuer,
            }
        }
        yield running
