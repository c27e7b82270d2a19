"""What members want to be told of, and by whom: read once for all who are told together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from community.models import MUTABLE, NotificationMute, NotificationPreference
from community.selectors.notifications import OPT_IN
from users.models import Block, Mute, User

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID


class Wishes:
    """What `members` want to hear of `actors` and of the records that `relations` lead to."""

    def __init__(
        self,
        members: Collection[UUID],
        actors: Collection[UUID],
        relations: Collection[Mapping[str, UUID]],
    ) -> None:
        said = NotificationPreference.objects.filter(user__in=members)
        self._choices = {(one.user_id, one.kind): one.is_on for one in said}
        self._muted = _muted(members, relations)
        self._there = _there({*members, *actors})
        self._apart = _apart(members, actors)

    def want_kind(self, member: UUID, kind: str) -> bool:
        """Return whether a member wants to be told of a kind, as they said or by default."""
        return self._choices.get((member, kind), kind not in OPT_IN)

    def mute(self, member: UUID, relations: Mapping[str, UUID]) -> bool:
        """Return whether a member wants to hear nothing of one of these records."""
        return any((member, name, key) in self._muted for name, key in relations.items())

    def reach(self, member: UUID) -> bool:
        """Return whether there is a member to tell: their account is active, and stays."""
        return member in self._there

    def hear_of(self, member: UUID, actor: UUID) -> bool:
        """Return whether a member is told of what another does.

        Not if either has blocked the other, the member has muted them, or they have left.
        """
        return actor in self._there and (member, actor) not in self._apart


def _there(users: Collection[UUID]) -> frozenset[UUID]:
    """Return those of some users who have an account and do not leave."""
    there = User.objects.filter(pk__in=users, is_active=True, leaves_at=None)
    return frozenset(there.values_list("pk", flat=True))


def _muted(
    members: Collection[UUID], relations: Collection[Mapping[str, UUID]]
) -> frozenset[tuple[UUID, str, UUID]]:
    """Return which members have muted which of these records, by the column that names it."""
    columns = [f"{name}_id" for name in MUTABLE]
    about = Q(pk__in=())
    for column in columns:
        keys = {each[column] for each in relations if column in each}
        about |= Q((f"{column}__in", keys))
    mutes = NotificationMute.objects.filter(about, user__in=members)
    return frozenset(
        (mute.user_id, column, getattr(mute, column)) for mute in mutes for column in columns
    )


def _apart(
    members: Collection[UUID], actors: Collection[UUID]
) -> frozenset[tuple[UUID | None, UUID | None]]:
    """Return the pairs of a member and an actor of whom the member is not to hear."""
    mutes = Mute.objects.filter(muter__in=members, muted__in=actors)
    blocks = Block.objects.filter(
        Q(blocker__in=members, blocked__in=actors) | Q(blocker__in=actors, blocked__in=members)
    )
    pairs = list(blocks.values_list("blocker", "blocked"))
    turned = [(blocked, blocker) for blocker, blocked in pairs]
    return frozenset([*pairs, *turned, *mutes.values_list("muter", "muted")])
