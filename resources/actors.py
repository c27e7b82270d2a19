"""Who asks: the actor that rules are answered for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self, override
from uuid import UUID

from resources.fields import RecordIdField
from resources.placeholders import Placeholder

ACTOR_ID = "actor"

type ActorWire = tuple[
    bytes | None,
    frozenset[str],
    bool,
    bool,
    str,
    bool,
    int,
    bytes | None,
    frozenset[str] | None,
]
"""An actor as plain values."""


class ActorKind(NamedTuple):
    """All that a rule may know of an actor besides its id: plans are compiled per kind."""

    is_known: bool
    is_verified: bool
    is_system: bool
    roles: frozenset[str]
    is_silenced: bool = False
    trust_level: int = 0


@dataclass(frozen=True)
class Actor:
    """A member, nobody in particular (`ANONYMOUS`) or the product itself (`SYSTEM`).

    `id` is a user's id; roles are names of Django groups. `session_id` is where a person is
    signed in; a server that acts by a key has `scopes` instead, beyond which it may nothing.
    """

    id: UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    is_verified: bool = False
    is_system: bool = False
    name: str = ""
    is_silenced: bool = False
    trust_level: int = 0
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None

    @override
    def __hash__(self) -> int:
        """Hash the id alone: hardly any actors share one, and rules ask for it all the time."""
        return hash(self.id)

    @property
    def is_known(self) -> bool:
        """Return whether this is a signed-in member."""
        return self.id is not None

    # Django REST framework asks these two of whatever stands in `request.user`.
    @property
    def is_authenticated(self) -> bool:
        """Return whether this is a signed-in member, in Django's word."""
        return self.is_known

    @property
    def pk(self) -> UUID | None:
        """Return the user's id, in Django's word."""
        return self.id

    @cached_property
    def kind(self) -> ActorKind:
        """Return what the actor shares with all others that see the same kind of rows."""
        return ActorKind(
            self.is_known,
            self.is_verified,
            self.is_system,
            self.roles,
            self.is_silenced,
            self.trust_level,
        )

    def has_scope(self, resource: str, verb: str) -> bool:
        """Return whether the actor's key, if it acts by one, goes as far as `read` or `write`."""
        asked = {f"{resource}:{verb}", f"*:{verb}"}
        return self.scopes is None or not asked.isdisjoint(self.scopes)

    def to_wire(self) -> ActorWire:
        """Return the actor as plain values, for the process that writes."""
        return (
            None if self.id is None else self.id.bytes,
            self.roles,
            self.is_verified,
            self.is_system,
            self.name,
            self.is_silenced,
            self.trust_level,
            None if self.session_id is None else self.session_id.bytes,
            self.scopes,
        )

    @classmethod
    def from_wire(cls, wire: ActorWire) -> Self:
        """Build the actor that `to_wire` took apart."""
        user, roles, is_verified, is_system, name, is_silenced, trust_level, session, scopes = wire
        return cls(
            None if user is None else UUID(bytes=user),
            roles,
            is_verified,
            is_system,
            name,
            is_silenced,
            trust_level,
            None if session is None else UUID(bytes=session),
            scopes,
        )


class UnboundActor:
    """A kind of actor whose id is a placeholder."""

    is_known: bool
    is_verified: bool
    is_system: bool
    roles: frozenset[str]
    is_silenced: bool
    trust_level: int

    def __init__(self, kind: ActorKind) -> None:
        vars(self).update(kind._asdict())
        self.id = Placeholder(ACTOR_ID, RecordIdField())


type AnyActor = Actor | UnboundActor


class Authentication(NamedTuple):
    """An actor for as long as nothing of `sources` changes, but not after `until` (Unix time).

    `sources` is None when every request must ask anew.
    """

    actor: Actor
    sources: frozenset[str] | None = None
    until: float = 0.0


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True, is_verified=True, name="system")


def anonymous() -> Actor:
    """Return the anonymous actor (Django REST framework wants a callable)."""
    return ANONYMOUS
