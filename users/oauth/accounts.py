"""The account at a provider that somebody signs in by, and the address that it vouches for.

A provider's word is taken for an address only where it says that it is verified; how each says so
is in its file. Anybody can have an account somewhere with somebody else's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from users.oauth.registry import provider_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from users.oauth.provider import Answer

LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """An external account: `subject` is the provider's own lasting id of it.

    `email` is empty unless the provider says that it is verified.
    """

    provider: str
    subject: str
    email: str = ""
    names: Sequence[str] = ()


def read_account(provider: str, subject: object, answer: Answer) -> ProviderAccount:
    """Read a provider's answer: token response and profile, and an ID token's claims in `claims`.

    Raises ValueError if it does not say whose account it is.
    """
    if subject is None or subject == "":
        raise ValueError("the provider does not say whose account it is")
    profile = provider_named(provider).read_profile(answer)
    names = [name for name in profile.names if isinstance(name, str) and name]
    return ProviderAccount(provider, str(subject), _usable(profile.address), names)


def _usable(address: object) -> str:
    """Return an address as accounts have it, empty if it is none.

    Only ASCII: some letters (the Kelvin sign) become ASCII ones in lower case, by which one mailbox
    could pass for another.
    """
    if not isinstance(address, str) or not address.isascii() or len(address) > LONGEST_ADDRESS:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address.lower()
