"""Social login: which providers, with which credentials, and where apps may be sent back to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config import env
from users.oauth.registry import KNOWN, provider_named

if TYPE_CHECKING:
    from users.oauth.provider import Variable

NAME = re.compile(r"[a-z][a-z0-9]{0,29}")
REDIRECT = re.compile(r"([a-z][a-z0-9+.-]*):[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]+")
NO_SCHEMES_OF_APPS = ("javascript", "data", "vbscript", "file", "blob", "about")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def providers() -> dict[str, dict[str, str]]:
    """Describe the providers that `OAUTH_PROVIDERS` names, in its order.

    `LABEL` is for people; the rest are social-core's settings. A name without a file in
    `users/oauth/providers` is an OpenID Connect provider, found by its issuer. Raises
    VariableProblem.
    """
    return {name: _provider(name) for name in env.words("OAUTH_PROVIDERS")}


def redirects(*sites: str) -> list[str]:
    """Return where apps may be sent back to: `OAUTH_REDIRECTS`, else the origins of our sites.

    An entry that ends in a slash allows everything that begins with it. Raises VariableProblem.
    """
    entries = env.words("OAUTH_REDIRECTS")
    for entry in entries:
        _require_redirect(entry)
    return entries or [f"{_origin(site)}/" for site in sites if site]


def _provider(name: str) -> dict[str, str]:
    if not NAME.fullmatch(name):
        problem = (
            f"{env.shown(name)} is no name: at most 30 small letters and digits, a letter first"
        )
        raise env.VariableProblem("OAUTH_PROVIDERS", problem)
    prefix, provider = f"OAUTH_{name.upper()}", provider_named(name)
    described = {
        "LABEL": env.text(f"{prefix}_LABEL", provider.label or name.capitalize()),
        "KEY": _given(f"{prefix}_CLIENT_ID"),
    }
    for variable in provider.variables:
        described[variable.setting] = _read(f"{prefix}_{variable.variable}", variable)
    if name not in KNOWN:
        described["OIDC_ENDPOINT"] = _issuer(f"{prefix}_ISSUER")
    return described


def _read(name: str, variable: Variable) -> str:
    given = _given(name)
    try:
        return variable.read(given)
    except ValueError as problem:
        raise env.VariableProblem(name, str(problem)) from None


def _given(name: str) -> str:
    value = env.secret(name)
    if not value:
        raise env.VariableProblem(name, "is not set, but OAUTH_PROVIDERS names its provider")
    return value


def _issuer(name: str) -> str:
    _given(name)
    issuer = env.url(name, schemes=("https", "http"))
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise env.VariableProblem(name, "expected https://, as keys and tokens come from there")
    return issuer.rstrip("/")


def _require_redirect(entry: str) -> None:
    name = "OAUTH_REDIRECTS"
    match = REDIRECT.fullmatch(entry)
    if match is None or match[1] in NO_SCHEMES_OF_APPS:
        raise env.VariableProblem(
            name, f"{env.shown(entry)} is no address of an app, without fragment"
        )
    if match[1] in ("http", "https"):
        parts = urlsplit(entry)
        if not parts.hostname or not parts.path or "@" in parts.netloc:
            expected = "expected scheme://host/, which is an origin, or a whole address"
            raise env.VariableProblem(name, f"{env.shown(entry)}: {expected}")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
