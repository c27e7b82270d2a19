"""Deleting for good what moderators have deleted: once no appeal can bring it back any more."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from community.models import CaseEvent, CaseState, Decision, ModerationCase
from community.services.case_targets import can_be_hidden, delete_target, hide_target
from community.services.cases import add_step, locked_with_target
from community.services.enforcement import bring_back
from resources.api import SYSTEM, changes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from resources.api import Record


def keep_hidden(case_id: UUID) -> bool:
    """Hide the content of a case unless it is hidden; return whether it was shown."""
    with _locked(case_id) as (_case, target):
        if target is None or not can_be_hidden(target) or getattr(target, "is_hidden", False):
            return False
        hide_target(target, by=SYSTEM)
    return True


def call_off(case_id: UUID) -> bool:
    """Show the content of a case again, and delete it no more; return whether it was hidden."""
    with _locked(case_id) as (case, target):
        if case is None:
            return False
        if case.removes_at is not None:
            changes.update(case, by=SYSTEM, removes_at=None)
        return bring_back(case, target, by=SYSTEM)


def is_contested(case_id: UUID) -> bool:
    """Return whether somebody has appealed, or an appeal has been decided."""
    case = _case(case_id)
    return case is None or case.state != CaseState.DECIDED


def is_uncontested(case_id: UUID) -> bool:
    """Return whether no appeal waits for its decision."""
    case = _case(case_id)
    return case is None or case.state != CaseState.APPEALED


def is_called_off(case_id: UUID) -> bool:
    """Return whether the content stays, as an appeal has won."""
    case = _case(case_id)
    return case is not None and case.decision == Decision.OVERTURNED


def delete_for_good(case_id: UUID) -> bool:
    """Delete the content of a case and close it; return whether there was something to delete."""
    with _locked(case_id) as (case, target):
        if case is None or case.removes_at is None or case.state == CaseState.APPEALED:
            return False
        if target is not None:
            delete_target(target, by=SYSTEM)
        changes.update(case, by=SYSTEM, state=CaseState.CLOSED, removes_at=None)
        add_step(case, CaseEvent.Kind.REMOVED, by=SYSTEM)
    return target is not None


def delete_removed_content() -> int:
    """Delete for good what moderators deleted so long ago that no appeal can bring it back.

    That is the work of `community.tasks.removals`; here it is made up for where a removal has
    failed, or was decided by a version that had none. Returns the number of records.
    """
    due = ModerationCase.objects.filter(removes_at__lte=timezone.now())
    ids = list(due.exclude(state=CaseState.APPEALED).values_list("pk", flat=True))
    return sum(map(delete_for_good, ids))


def _case(case_id: UUID) -> ModerationCase | None:
    """Return a case, which goes with its member."""
    return ModerationCase.objects.filter(pk=case_id).first()


@contextmanager
def _locked(case_id: UUID) -> Iterator[tuple[ModerationCase | None, Record | None]]:
    """Lock a case and what it is about, for changes that go together; None for what is gone."""
    case = _case(case_id)
    with changes.together():
        yield locked_with_target(case) if case else (None, None)
