"""An app that signs members in by providers, and the browser it runs in."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.client import Browser
from users.oauth.codes import challenge_of

if TYPE_CHECKING:
    from tests.client import Response


AUTH = "/api/v1/auth"
HOME = "https://cards.example/signed-in"


def query_of(address: str) -> dict[str, str]:
    """Return the query parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


class App:
    """A public client with PKCE (RFC 8252); requests share its browser's cookies."""

    def __init__(self) -> None:
        self.browser = Browser()
        self.state, self.verifier = token_urlsafe(12), token_urlsafe(48)

    def request(self, **changed: str) -> dict[str, str]:
        """Return the parameters that the app asks with."""
        asked = {
            "redirect_uri": HOME,
            "state": self.state,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (asked | changed).items() if value}

    def begin(self, provider: str = "mysso", **changed: str) -> Any:
        """Send the browser to the provider; an empty parameter is left out."""
        return self.browser.get(f"{AUTH}/oauth/{provider}/authorize", self.request(**changed))

    def departure(self, provider: str = "mysso", **changed: str) -> str:
        """Return the provider's address that the browser is sent to."""
        response = self.begin(provider, **changed)
        assert response.status_code == 302, response.content
        return str(response["Location"])

    def come_back(self, address: str) -> Any:
        """Open the address that the provider sends the browser to."""
        parts = urlsplit(address)
        assert parts.path.endswith("/callback"), address
        return self.browser.get(f"{parts.path}?{parts.query}")

    def exchange(self, code: str, provider: str = "mysso", **changed: str) -> Any:
        """Trade a code in."""
        sent = {"code": code, "code_verifier": self.verifier, "redirect_uri": HOME}
        path = f"{AUTH}/oauth/{provider}/token"
        return self.browser.post(path, sent | changed, content_type="application/json")

    def arrival(self, response: Response) -> dict[str, str]:
        """Return what the app gets when the browser is sent back to it."""
        assert response.status_code == 302, response.content
        address, _mark, _query = response["Location"].partition("?")
        assert address == HOME
        answer = query_of(response["Location"])
        assert answer.pop("state") == self.state
        return answer

    def sign_in(self, back: Any, provider: str = "mysso", **changed: str) -> Any:
        """Go the whole way; `back` gives, for the provider's address, where it sends to."""
        returned = self.come_back(back(self.departure(provider, **changed)))
        return self.exchange(self.arrival(returned)["code"], provider)

    def failure(self, back: Any, provider: str = "mysso", **changed: str) -> str:
        """Go the whole way and return the error that the app is told at the end of it."""
        returned = self.come_back(back(self.departure(provider, **changed)))
        return self.arrival(returned)["error"]
