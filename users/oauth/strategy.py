"""What social-core asks of the application it runs in, answered from one attempt to sign in.

Nothing is kept in social-core's tables: its session is the attempt's memory, which is kept with the
attempt and taken with it, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, override

from social_core.storage import AssociationMixin
from social_django.strategy import DjangoStrategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resources.api import JsonObject

NONCES = "oidc_nonces"


class KeptNonce(AssociationMixin):
    """A nonce of OpenID Connect and the state it was sent with."""

    def __init__(self, handle: str, issued: int, lifetime: int, assoc_type: str) -> None:
        self.id = self.handle = handle
        self.issued, self.lifetime, self.assoc_type = issued, lifetime, assoc_type


class AttemptNonces:
    """The nonces of one attempt, in its memory."""

    def __init__(self, memory: JsonObject) -> None:
        self._kept: dict[str, list[Any]] = memory.setdefault(NONCES, {})

    def store(self, _server_url: str, nonce: AssociationMixin) -> None:
        """Keep a nonce that goes to the provider."""
        self._kept[nonce.handle] = [nonce.handle, nonce.issued, nonce.lifetime, nonce.assoc_type]

    def get(self, server_url: str, handle: str) -> Sequence[KeptNonce]:
        """Find a nonce that came back."""
        del server_url
        return [KeptNonce(*self._kept[handle])] if handle in self._kept else []

    def remove(self, handles: Sequence[str]) -> None:
        """Forget nonces that are used up."""
        for handle in handles:
            self._kept.pop(handle, None)


class AttemptStates:
    """States are good once because attempts are: `users.oauth.attempts` sees to it."""

    def use(self, _scope: str, _timestamp: int, _state: str) -> bool:
        """Let a new state be."""
        return True

    def consume(self, _scope: str, _timestamp: int, _state: str) -> bool:
        """Let a state be used up, with the attempt it was kept in."""
        return True


class AttemptStorage:
    """What is left of social-core's storage: no users, no tables."""

    def __init__(self, memory: dict[str, object]) -> None:
        self.nonce, self.association = AttemptStates(), AttemptNonces(memory)


class AttemptStrategy(DjangoStrategy):
    """Runs social-core's backends on one attempt: a provider's settings, its memory, its answer."""

    def __init__(
        self,
        values: Mapping[str, object],
        memory: dict[str, object],
        answer: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(AttemptStorage(memory))
        self.session = cast("Any", memory)
        self._values, self._answer = values, dict(answer or {})

    @override
    def get_setting(self, name: str) -> object:
        return self._values[name]

    @override
    def get_request_data(self, merge: bool = True) -> dict[str, str]:
        return self._answer

    @override
    def authenticate(self, backend: object, **kwargs: object) -> Any:
        """Return what the provider answered: whose account it is, is for our services to say."""
        return kwargs["response"]
