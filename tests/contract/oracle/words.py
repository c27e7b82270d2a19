"""The words that the oracle speaks in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True)
class Who:
    """Somebody who asks; anonymous has no id."""

    name: str
    id: UUID | None
    blocks: frozenset[UUID] = frozenset()
    blocked_by: frozenset[UUID] = frozenset()
    muted: frozenset[UUID] = frozenset()

    def is_apart_from(self, member: UUID | None) -> bool:
        """Tell whether the two see nothing of each other; moderators see all."""
        return not self.moderates and member in self.blocks | self.blocked_by

    def is_on_terms_with(self, member: UUID | None) -> bool:
        """Tell whether neither has blocked the other, moderator or not."""
        return member not in self.blocks | self.blocked_by

    @property
    def moderates(self) -> bool:
        """Tell whether this is a moderator; the admin is one, too."""
        return self.name in ("moderator", "admin")

    @property
    def speaks(self) -> bool:
        """Tell whether this is a member who is not silenced."""
        return self.id is not None and self.name != "silenced"

    @property
    def is_verified(self) -> bool:
        """Tell whether this is a member whose address is verified."""
        return self.id is not None and self.name != "unverified"


type Says = Callable[[Who, Any], bool]


@dataclass(frozen=True)
class Oracle:
    """What is to be said of one resource.

    `listed` is for lists that name nothing, `named` for those that name the record at the end of
    a relation, where that makes a difference; `readable` for fields that not everyone may read.
    """

    viewed: Says
    listed: Says
    named: Mapping[str, Says] = field(default_factory=dict)
    readable: Mapping[str, Says] = field(default_factory=dict)


def alike(says: Says, **readable: Says) -> Oracle:
    """Say the same of viewing and listing."""
    return Oracle(says, says, readable=readable)


def nobody(_who: Who, _row: Any) -> bool:
    return False


def speaks(who: Who, _row: object) -> bool:
    return who.speaks


@dataclass(frozen=True)
class Writes:
    """What is to be said of writes to one resource, to rows that can be viewed.

    `creates` is asked of the row as it would be; its relations must lead to what can be viewed.
    """

    creates: Says = nobody
    updates: Says = nobody
    deletes: Says = nobody
