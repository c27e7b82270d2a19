"""What providers tell of an account, and which of its addresses they vouch for.

A provider's word is taken for an address only where it says that it is verified; how each says so
is the table at the end. Anybody can have an account somewhere with somebody else's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

LONGEST_ADDRESS = 254
GITHUB_ALIASES = "@users.noreply.github.com"  # verified, but nobody reads what is sent there


class Told(NamedTuple):
    """A verified address or none, and names to make a username of, the best first."""

    address: Any
    names: Sequence[Any]


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """An account elsewhere: `subject` is the provider's own lasting id of it.

    `email` is empty unless the provider says that it is verified.
    """

    provider: str
    subject: str
    email: str = ""
    names: Sequence[str] = ()


def account_told(provider: str, subject: Any, answer: Mapping[str, Any]) -> ProviderAccount:
    """Read a provider's answer: token response and profile, and an ID token's claims in `claims`.

    Raises ValueError when it does not say whose account it is.
    """
    if subject is None or subject == "":
        raise ValueError("the provider does not say whose account it is")
    told = READERS.get(provider, _oidc)(answer)
    names = [name for name in told.names if isinstance(name, str) and name]
    return ProviderAccount(provider, str(subject), _usable(told.address), names)


def _usable(address: Any) -> str:
    """Give an address in the form that accounts have it, empty when it is none.

    Only ASCII: there are letters (the Kelvin sign) that turn into ASCII ones when made small, by
    which one mailbox could pass for another.
    """
    if not isinstance(address, str) or not address.isascii() or len(address) > LONGEST_ADDRESS:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address.lower()


def _first(values: Iterable[Any]) -> Any:
    return next(iter(values), "")


def _oidc(answer: Mapping[str, Any]) -> Told:
    """OpenID Connect Core 5.1: an address and its `email_verified` come from the same source.

    Apple and some others write the flag as a string.
    """
    sources = [answer.get("claims") or {}, answer]
    verified = (s.get("email") for s in sources if s.get("email_verified") in (True, "true"))
    keys = ("preferred_username", "nickname", "name")
    return Told(_first(filter(None, verified)), [s.get(key) for key in keys for s in sources])


def _github(answer: Mapping[str, Any]) -> Told:
    """`GET /user/emails`: the profile's own `email` may be any, so only the list counts."""
    listed = [entry for entry in answer.get("emails") or [] if isinstance(entry, dict)]
    verified = [
        entry
        for entry in listed
        if entry.get("verified") is True and not str(entry.get("email")).endswith(GITHUB_ALIASES)
    ]
    verified.sort(key=lambda entry: entry.get("primary") is not True)
    address = _first(entry.get("email") for entry in verified)
    return Told(address, [answer.get("login"), answer.get("name")])


def _discord(answer: Mapping[str, Any]) -> Told:
    """`GET /users/@me`: `verified` is about the address."""
    address = answer.get("email") if answer.get("verified") is True else ""
    return Told(address, [answer.get("username"), answer.get("global_name")])


def _kakao(answer: Mapping[str, Any]) -> Told:
    """`GET /v2/user/me`: verified once, and still that account's (`is_email_valid`)."""
    account = answer.get("kakao_account") or {}
    is_verified = account.get("is_email_valid") is True and account.get("is_email_verified") is True
    nicknames = [(account.get("profile") or {}).get("nickname")]
    nicknames.append((answer.get("properties") or {}).get("nickname"))
    return Told(account.get("email") if is_verified else "", nicknames)


def _naver(answer: Mapping[str, Any]) -> Told:
    """`GET /v1/nid/me`: a contact address of the member's choice, with no word on whose it is."""
    return Told("", [answer.get("nickname")])


READERS: Mapping[str, Callable[[Mapping[str, Any]], Told]] = {
    "github": _github,
    "discord": _discord,
    "kakao": _kakao,
    "naver": _naver,
}
"""How the providers tell; those not named here speak OpenID Connect."""
