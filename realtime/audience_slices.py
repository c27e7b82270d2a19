"""In which order audiences are asked about changes, and how many of them at once.

There may be thousands: they are put in order when one has come or gone, and none but the first are
looked at before there is anything new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtime.audience_budgets import LIST_POINTS, points_of
from resources.query.cost import CHEAP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from resources.visibility.audiences import Audience

SLICE_POINTS = 200
"""What is asked at once may cost so many points; then its events are handed on."""
CHEAP_POINTS = LIST_POINTS + CHEAP
"""Audiences of up to so many points share no slice with costlier ones: they wait for none."""


def in_order(audiences: Iterable[Audience]) -> Sequence[Audience]:
    """Return audiences with the cheap ones first."""
    return sorted(audiences, key=points_of)


def slices[Subscriber](
    order: Iterable[Audience], live: Mapping[Audience, Collection[Subscriber]]
) -> Iterator[Mapping[Audience, tuple[Subscriber, ...]]]:
    """Yield the audiences that are still live by then, with their subscribers, slice by slice."""
    listening: dict[Audience, tuple[Subscriber, ...]] = {}
    points, were_cheap = 0, True
    for audience in order:
        more = points_of(audience)
        is_cheap = more <= CHEAP_POINTS
        if listening and (points + more > SLICE_POINTS or is_cheap is not were_cheap):
            yield listening
            listening, points = {}, 0
        # Now, not before: it may have gone while those of the slice were asked about.
        subscribers = live.get(audience)
        if subscribers:
            listening[audience] = tuple(subscribers)
            points, were_cheap = points + more, is_cheap
    if listening:
        yield listening
