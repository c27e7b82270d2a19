"""Background work of the community."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.dateparse import parse_datetime

from community.services import polls
from resources.api import Action, job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.api import Change


@job()
def close_poll(poll_id: str) -> None:
    """Close a poll whose time is over."""
    polls.close_if_due(UUID(poll_id))


def schedule_closings(started: Sequence[Change]) -> None:
    """Have new polls closed when their time is over."""
    for change in started:
        closes_at = parse_datetime(change.after.get("closes_at") or "")
        if change.action == Action.CREATE and closes_at:
            close_poll.using(run_after=closes_at).enqueue(str(change.record_id))
