"""The formulas that rank the feed: the one place where they are written down.

The services store what they come to, lists are sorted by what is stored, `GET /feed/explain` shows
them with their inputs, and `docs/community.md` quotes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log10
from typing import TYPE_CHECKING, NamedTuple

from community.models import FeedItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cards.models import Card
    from community.models import Post

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TENFOLD = timedelta(hours=12.5)
"""How much later something seems to be published that has ten times as many points."""
WINDOWS: Mapping[FeedItem.Recency, timedelta] = {
    FeedItem.Recency.DAY: timedelta(days=1),
    FeedItem.Recency.WEEK: timedelta(days=7),
    FeedItem.Recency.MONTH: timedelta(days=30),
}


class ScoreInputs(NamedTuple):
    """What a score is made of."""

    likes: int
    comments: int
    published_at: datetime

    @property
    def points(self) -> int:
        """Return the points: comments count as far as there are likes.

        So nobody rises by commenting on their own, however often.
        """
        return self.likes + min(self.comments, self.likes)


@dataclass(frozen=True)
class Formula:
    """How one column of `FeedItem` that the feed is sorted by comes about."""

    column: str
    words: str
    score: Callable[[ScoreInputs], int]


def milliseconds(moment: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def hot(inputs: ScoreInputs) -> int:
    """Return the time of publication, later by 12.5 hours for each tenfold of points."""
    boost = TENFOLD // timedelta(milliseconds=1) * log10(1 + inputs.points)
    return milliseconds(inputs.published_at) + round(boost)


POINTS = Formula("points", "points = likes + min(comments, likes)", lambda inputs: inputs.points)
HOT = Formula(
    "hot",
    "hot = milliseconds(published_at) + round(45000000 * log10(1 + points))",
    hot,
)
NEWEST = Formula("published_at", "published_at", lambda inputs: milliseconds(inputs.published_at))
FORMULAS: Mapping[str, Formula] = {
    "hot": HOT,
    "new": NEWEST,
    "top": POINTS,
    "following": NEWEST,
}
"""The formula of each mode of the feed."""


def inputs_of(row: Card | Post, published_at: datetime) -> ScoreInputs:
    """Return what the scores of a card or post are made of."""
    return ScoreInputs(row.like_count, row.comment_count, published_at)


def recency(published_at: datetime, now: datetime) -> FeedItem.Recency:
    """Return the shortest window that something published then is in."""
    age = now - published_at
    windows = (name for name, longest in WINDOWS.items() if age < longest)
    return next(windows, FeedItem.Recency.OLDER)


def explained(item: FeedItem, mode: str) -> dict[str, object]:
    """Return an item's score in a mode, with the formula and what goes into it now."""
    formula = FORMULAS[mode]
    shown = item.card or item.post
    if shown is None:
        raise LookupError(f"{item.pk} shows nothing")
    inputs = inputs_of(shown, item.published_at)
    stored = getattr(item, formula.column)
    score = milliseconds(stored) if isinstance(stored, datetime) else stored
    return {
        "score": score,
        "formula": formula.words,
        "inputs": {**inputs._asdict(), "points": inputs.points},
        "is_current": score == formula.score(inputs),
    }
