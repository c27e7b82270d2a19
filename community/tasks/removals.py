"""The removal of content that moderators have deleted, from the decision to the deletion."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.dateparse import parse_datetime

from community.services import removal
from resources.api import (
    Action,
    JobCancelled,
    Retry,
    WorkflowStep,
    call,
    wait_for_change,
    workflow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.api import Change

CASES = "moderation-cases"
PATIENT = Retry(attempts=1_000, longest_pause=timedelta(hours=1))
"""Failing for good would show the content again."""


@workflow(follows=[CASES], retry=PATIENT)
def remove_content(case_id: UUID, removes_at: datetime) -> list[WorkflowStep]:
    """Keep content hidden until nobody can appeal any more, and then delete it.

    An appeal that is filed in time is waited for, however long it takes. If it wins, or somebody
    cancels the removal, the content is shown again.
    """
    case = (CASES, case_id)
    return [
        call(removal.keep_hidden, case_id, undo=removal.call_off),
        wait_for_change(case, removal.is_contested, case_id, until=removes_at),
        wait_for_change(case, removal.is_uncontested, case_id),
        call(end_if_called_off, case_id),
        call(removal.delete_for_good, case_id),
    ]


def end_if_called_off(case_id: UUID) -> None:
    """End a removal whose content stays; raises JobCancelled."""
    if removal.is_called_off(case_id):
        raise JobCancelled


def start_removals(batch: Sequence[Change]) -> None:
    """Begin the removals that have been decided (log consumer)."""
    for change in batch:
        removes_at = parse_datetime(change.after.get("removes_at") or "")
        is_first = change.action == Action.UPDATE and not change.before.get("removes_at")
        if removes_at and is_first:
            remove_content.enqueue(change.record_id, removes_at)
