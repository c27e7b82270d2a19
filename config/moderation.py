"""Limits of moderation that operators set."""

from __future__ import annotations

from typing import NamedTuple

from config import env

A_DAY = 24 * 60
MOST_DAYS = 3650


class ModerationLimits(NamedTuple):
    """When reports hide a record, and how long claims and appeals are possible.

    `score_to_hide` is the sum of the weights of reports from which on a record is hidden until a
    moderator decides; 0 is never.
    """

    score_to_hide: int
    claim_minutes: int
    appeal_days: int


def limits() -> ModerationLimits:
    """Return the limits of the environment."""
    return ModerationLimits(
        env.integer("REPORT_SCORE_TO_HIDE", 4),
        env.integer("CLAIM_MINUTES", 30, minimum=1, maximum=A_DAY),
        env.integer("APPEAL_DAYS", 14, minimum=1, maximum=MOST_DAYS),
    )
