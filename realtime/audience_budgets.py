"""What the audiences of each member and network cost, so that those of one hold up no other's."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from django.conf import settings

from realtime.per_loop import PerLoop
from resources.http.throttles import SHARED_BY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.visibility.audiences import Audience

RECORD_POINTS = 1
"""One record, or those of an owner: asked about only when it is among what changed."""
LIST_POINTS = 10
"""A whole resource: asked about with nearly every change of it."""


def points_of(audience: Audience) -> int:
    """Return what it costs to ask an audience about changes, by the points of its query."""
    is_narrow = audience.only or audience.owner
    return (RECORD_POINTS if is_narrow else LIST_POINTS) + audience.query.cost.points


class AudienceBudgets:
    """The distinct audiences of each holder, a member or a network, and their points."""

    def __init__(self) -> None:
        self.held: dict[str, Counter[Audience]] = defaultdict(Counter)
        self.points: Counter[str] = Counter()

    def take(self, holders: Sequence[str], audience: Audience) -> bool:
        """Count a subscription to an audience for all its holders, if each has room for it.

        The first is who asks; the others are shared with `SHARED_BY` people and have room for as
        many. An audience that a holder has already costs nothing more.
        """
        if not all(
            self._has_room(holder, audience, SHARED_BY if number else 1)
            for number, holder in enumerate(holders)
        ):
            return False
        for holder in holders:
            if audience not in self.held[holder]:
                self.points[holder] += points_of(audience)
            self.held[holder][audience] += 1
        return True

    def give_back(self, holders: Sequence[str], audience: Audience) -> None:
        """Count a subscription that was taken no more."""
        for holder in holders:
            held = self.held[holder]
            held[audience] -= 1
            if not held[audience]:
                del held[audience]
                self.points[holder] -= points_of(audience)
            if not held:
                del self.held[holder], self.points[holder]

    def _has_room(self, holder: str, audience: Audience, times: int) -> bool:
        most = settings.MOST_AUDIENCE_POINTS * times
        is_held = holder in self.held and audience in self.held[holder]
        return not most or is_held or self.points[holder] + points_of(audience) <= most


budgets = PerLoop(AudienceBudgets)
