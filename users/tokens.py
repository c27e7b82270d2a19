"""Access and refresh tokens, and the actor behind a token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache, partial
from time import monotonic, time
from typing import TYPE_CHECKING, Any, NamedTuple, cast, override
from uuid import UUID

import jwt
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import (
    TokenBackendError,
    TokenBackendExpiredToken,
    TokenError,
)
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from resources.api import Authentication, Problem, not_signed_in
from users.selectors import BarredError, actor_of_key, authenticate_session, barred_actor
from users.services.api_keys import PREFIX, is_secret_of, note_use, parsed_key
from users.services.sessions import barred
from users.services.signing import ALGORITHM, signing_key, verifying_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import (
        EllipticCurvePrivateKey,
        EllipticCurvePublicKey,
    )
    from rest_framework_simplejwt.tokens import Token

    from resources.api import Actor, JsonObject
    from users.models import ApiKey, Session, User

AUDIENCE = "holobase"
KEYS_ARE_FRESH_FOR = 60.0
"""Seconds after which a process looks for a new key to sign with."""
CHALLENGE_LIFETIME = timedelta(minutes=5)
APPEAL_LIFETIME = timedelta(hours=1)


@dataclass(slots=True)
class KeyRing:
    """What this process knows of the keys in the database."""

    key_id: str
    private: EllipticCurvePrivateKey
    public: Mapping[str, EllipticCurvePublicKey]
    read_at: float


class RotatingKeys(TokenBackend):
    """Signs with the newest key and verifies with the one that a token names (`kid`)."""

    def __init__(self) -> None:
        super().__init__(ALGORITHM, audience=AUDIENCE, issuer=settings.TOKEN_ISSUER)
        self._ring: KeyRing | None = None

    @override
    def encode(self, payload: dict[str, object]) -> str:
        ring = self._keys()
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, ring.private, self.algorithm, {"kid": ring.key_id})

    @override
    def decode(self, token: Any, verify: bool = True) -> JsonObject:
        """Check a token; raises TokenBackendError, TokenBackendExpiredToken once it has expired.

        When it was issued does not matter (RFC 7519, 4.1.6, asks for nothing): a clock that was
        set back would sign everybody out who has come since then.
        """
        try:
            claims: JsonObject = jwt.decode(
                token,
                self.get_verifying_key(token),
                [self.algorithm],
                options={"verify_iat": False, "verify_signature": verify},
                audience=self.audience,
                issuer=self.issuer,
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken("Token is expired") from error
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error
        return claims

    @override
    def get_verifying_key(self, token: Any) -> EllipticCurvePublicKey:
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error
        ring = self._keys()
        if key_id not in ring.public and monotonic() - ring.read_at > 1:
            ring = self._read()
        if key_id not in ring.public:
            raise TokenBackendError("Token is of an unknown key")
        return ring.public[key_id]

    def forget(self) -> None:
        """Read the keys anew at the next use."""
        self._ring = None

    def _keys(self) -> KeyRing:
        if self._ring is None or monotonic() - self._ring.read_at > KEYS_ARE_FRESH_FOR:
            return self._read()
        return self._ring

    def _read(self) -> KeyRing:
        newest = signing_key()
        private = self._prepare_key(newest.private)
        public = {key["kid"]: jwt.PyJWK(key).key for key in verifying_keys()}
        self._ring = KeyRing(newest.pk, private, public, monotonic())
        return self._ring


keys = RotatingKeys()


class SessionAccess(AccessToken):
    """What a member shows with every request (RFC 7519, claims `sub` and `sid`)."""

    _token_backend = keys


class SessionRefresh(RefreshToken):
    """What a session is kept alive by; `gen` counts its rotations."""

    _token_backend = keys
    access_token_class = SessionAccess


class ServiceAccess(AccessToken):
    """What a server gets for a client id and secret (RFC 6749, 4.4); `key` is the API key."""

    token_type = "service"
    _token_backend = keys


class SecondFactorChallenge(AccessToken):
    """Says that the first factor was right; good for nothing but showing the second."""

    token_type = "second_factor"
    _token_backend = keys


class AppealAccess(AccessToken):
    """What a barred member reads the decisions about them with, and appeals: `APPEAL_SCOPES`."""

    token_type = "appeal"
    _token_backend = keys


def token_pair(session: Session) -> dict[str, str]:
    """Issue an access and a refresh token for a session's present generation."""
    refresh = SessionRefresh()
    refresh["sub"], refresh["sid"] = str(session.user_id), str(session.pk)
    access = str(refresh.access_token)
    refresh["gen"] = session.generation
    refresh.payload["exp"] = int(session.expires_at.timestamp())
    return {"access": access, "refresh": str(refresh)}


def appeal_token(user: User) -> str:
    """Issue a token for the appeals of a barred member, for an hour."""
    token = AppealAccess()
    token.set_exp(lifetime=APPEAL_LIFETIME)
    token["sub"], token["epoch"] = str(user.pk), user.session_epoch
    return str(token)


def challenge_for(user: User, method: str) -> str:
    """Say that a member's first factor was right, for five minutes."""
    token = SecondFactorChallenge()
    token.set_exp(lifetime=CHALLENGE_LIFETIME)
    token["sub"], token["method"] = str(user.pk), method
    token["epoch"] = user.session_epoch
    return str(token)


class Challenge(NamedTuple):
    """Whose first factor was right, and which that was; `epoch` is the account's of that time."""

    id: str
    user_id: UUID
    method: str
    epoch: int


def _claims[Kind: Token](kind: type[Kind], token: str) -> Kind:
    """Check a token of one kind, and return its claims; raises TokenError."""
    return kind(cast("Token", token))  # what it is annotated to take, instead of the text


def challenged(token: str) -> Challenge:
    """Read a challenge; raises Problem 401 for what is none, has expired or was met already."""
    try:
        claims = _claims(SecondFactorChallenge, token)
        challenge = Challenge(
            claims["jti"], UUID(claims["sub"]), str(claims["method"]), int(claims["epoch"])
        )
    except (TokenError, KeyError, TypeError, ValueError):
        raise bad_challenge() from None
    if cache.get(_met(challenge)):
        raise bad_challenge()
    return challenge


def meet(challenge: Challenge) -> None:
    """Note that a challenge has been met; raises Problem 401 when it was before."""
    if not cache.add(_met(challenge), True, int(CHALLENGE_LIFETIME.total_seconds())):
        raise bad_challenge()


def bad_challenge() -> Problem:
    """Say that a challenge is no good."""
    return not_signed_in(_("This challenge is not valid or has expired."))


def _met(challenge: Challenge) -> str:
    return f"challenge:{challenge.id}"


def service_token(key: ApiKey, scopes: list[str]) -> str:
    """Issue an access token for a server."""
    token = ServiceAccess()
    token["key"], token["scope"], token["sub"] = str(key.pk), " ".join(scopes), str(key.owner_id)
    return str(token)


def actor_of_token(token: str) -> Actor:
    """Return the actor of an access token or API key; raises Problem 401 or 403."""
    return authenticate_token(token).actor


def authenticate_token(token: str) -> Authentication:
    """Return the actor of an access token or API key, and how long it is that; raises as above.

    A signature is checked once; whether the session and the account are alive is asked anew once
    one of them may have changed, whether a key is by every request, as each counts as a use of it.
    """
    try:
        authentication = _authenticate_key(token) if token.startswith(PREFIX) else _of_claims(token)
    except BarredError:
        raise barred() from None
    if authentication is None:
        raise _no_good()
    return authentication


def claims_of_refresh(token: str) -> tuple[UUID, int]:
    """Return a refresh token's session and generation; raises Problem 401 for what is none."""
    try:
        claims = _claims(SessionRefresh, token)
        return UUID(claims["sid"]), int(claims["gen"])
    except (TokenError, KeyError, TypeError, ValueError):
        raise not_signed_in(_("This refresh token is not valid or has expired.")) from None


def _of_claims(token: str) -> Authentication | None:
    find, expires_at = _verified(token)
    authentication = find() if expires_at > time() else None
    return authentication and authentication._replace(until=min(authentication.until, expires_at))


def _authenticate_key(token: str) -> Authentication | None:
    """Return the actor of an API key that is shown as it is."""
    key_id, secret = parsed_key(token)
    found = actor_of_key(key_id) if key_id else None
    if found is None or not is_secret_of(secret, found.digest):
        return None
    note_use(found.key_id)
    return Authentication(found.actor)


def _authenticate_service(key_id: UUID, scopes: frozenset[str]) -> Authentication | None:
    """Return the actor of a service token: its scopes, as far as the key still has them."""
    found = actor_of_key(key_id)
    if found is None:
        return None
    note_use(key_id)
    return Authentication(replace(found.actor, scopes=scopes & (found.actor.scopes or frozenset())))


def _authenticate_appeal(user_id: UUID, epoch: int) -> Authentication | None:
    """Return the actor of a barred member, who may appeal and no more, for as long as it is one."""
    actor = barred_actor(user_id, epoch)
    return Authentication(replace(actor, scopes=settings.APPEAL_SCOPES)) if actor else None


@lru_cache(maxsize=4096)
def _verified(token: str) -> tuple[Callable[[], Authentication | None], float]:
    """Check a token's signature once; return how to find its actor, and when it expires."""
    try:
        kind = jwt.decode(token, options={"verify_signature": False}).get("token_type")
        if kind == ServiceAccess.token_type:
            service = _claims(ServiceAccess, token)
            find = partial(
                _authenticate_service, UUID(service["key"]), frozenset(service["scope"].split())
            )
            return find, float(service["exp"])
        if kind == AppealAccess.token_type:
            appeal = _claims(AppealAccess, token)
            member, epoch = UUID(appeal["sub"]), int(appeal["epoch"])
            return partial(_authenticate_appeal, member, epoch), float(appeal["exp"])
        claims = _claims(SessionAccess, token)
        session_id = UUID(claims["sid"])
        return partial(authenticate_session, session_id), float(claims["exp"])
    except (TokenError, jwt.InvalidTokenError, KeyError, TypeError, ValueError):
        raise _no_good() from None


def _no_good() -> Problem:
    return not_signed_in(_("This access token is not valid or has expired."))
