"""Which providers there are: each file in `users/oauth/providers/` is one, named by the file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

from users.oauth import providers

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from users.oauth.provider import Provider

KNOWN: AbstractSet[str] = frozenset(module.name for module in iter_modules(providers.__path__))
"""The names of the providers that have a file."""


def provider_named(name: str) -> Provider:
    """Return the provider of a file's name; any other name is one of OpenID Connect, unlabelled.

    Only the files of providers that are asked for are loaded: social-core takes its time.
    """
    module = f"{providers.__name__}.{name}" if name in KNOWN else "users.oauth.openid_connect"
    return cast("Provider", import_module(module).PROVIDER)
