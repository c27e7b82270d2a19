"""An OpenID Connect provider that signs whatever it is told to."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import TYPE_CHECKING, Any, override
from urllib.parse import parse_qsl, urlencode

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.users.social.apps import query_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.json_text import JsonObject

KEY_ID = "the-key"


@cache
def own_key() -> Any:
    """Return the key of all forgers: making one takes longer than most of what they are for."""
    return generate_private_key(65537, 2048)


class Forger:
    """The provider: its honest ID token, and what a test changes about it."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = own_key()
        self.signing_key: Any = self.key
        self.algorithm = "RS256"
        self.forged: list[object] = []
        self.changed: JsonObject = {}
        self.userinfo: JsonObject = {}
        self.asked: dict[str, str] = {}
        self.exchanged: dict[str, str] = {}

    def log_in(self, address: str) -> str:
        """Hear what the browser brings; returns where it is sent back to."""
        self.asked = query_of(address)
        back = {"code": "the-code", "state": self.asked["state"]}
        return f"{self.asked['redirect_uri']}?{urlencode(back)}"

    def id_token(self) -> str:
        """Sign what was asked for, with the test's changes; a claim of None is left out."""
        now = int(time())
        claims = {
            "iss": self.issuer,
            "aud": self.asked["client_id"],
            "sub": "mallory",
            "nonce": self.asked["nonce"],
            "iat": now,
            "exp": now + 300,
            "email": "mallory@example.com",
            "email_verified": True,
            **self.changed,
        }
        signed = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(signed, self.signing_key, self.algorithm, {"kid": KEY_ID})

    def answer(self, path: str) -> Any:
        """Return the JSON of an address."""
        if path == "/jwks":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": KEY_ID, "alg": "RS256"}]}
        if path == "/token":
            token = self.forged[0] if self.forged else self.id_token()
            return {"access_token": "a", "token_type": "Bearer", "id_token": token}
        if path == "/userinfo":
            return self.userinfo
        leaves = {"authorization": "login", "token": "token", "userinfo": "userinfo"}
        endpoints = {f"{name}_endpoint": f"{self.issuer}/{leaf}" for name, leaf in leaves.items()}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **endpoints}


@contextmanager
def serving(forger: Forger) -> Iterator[Forger]:
    """Serve a forger on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every request with the forger's JSON."""

        def do_GET(self) -> None:  # the name that http.server looks for
            self.reply()

        def do_POST(self) -> None:  # the name that http.server looks for
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            forger.exchanged = dict(parse_qsl(form))
            self.reply()

        def reply(self) -> None:
            body = orjson.dumps(forger.answer(self.path.partition("?")[0]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        forger.issuer = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield forger
        server.shutdown()
