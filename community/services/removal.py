"""Deleting for good what moderators have deleted: once no appeal can bring it back any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from community.models import CaseEvent, CaseState, Decision, ModerationCase
from community.services.case_targets import can_be_hidden, delete_target, hide_target
from community.services.cases import add_step, locked_with_target
from community.services.enforcement import bring_back
from resources.api import SYSTEM, changes

if TYPE_CHECKING:
    from uuid import UUID


def keep_hidden(case_id: UUID) -> bool:
    """Hide the content of a case unless it is hidden; return whether it was shown."""
    case = _case(case_id)
    if case is None:
        return False
    with changes.together():
        _current, target = locked_with_target(case)
        if target is None or not can_be_hidden(target) or getattr(target, "is_hidden", False):
            return False
        hide_target(target, by=SYSTEM)
    return True


def call_off(case_id: UUID) -> bool:
    """Show the content of a case again, and delete it no more; return whether it was hidden."""
    case = _case(case_id)
    if case is None:
        return False
    with changes.together():
        current, target = locked_with_target(case)
        if current.removes_at is not None:
            changes.update(current, by=SYSTEM, removes_at=None)
        return bring_back(current, target, by=SYSTEM)


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
    case = _case(case_id)
    return case is not None and _delete(case)


def delete_removed_content() -> int:
    """Delete for good what moderators deleted so long ago that no appeal can bring it back.

    That is the work of `community.tasks.removals`; here it is made up for where a removal has
    failed, or was decided by a version that had none. Returns the number of records.
    """
    due = ModerationCase.objects.filter(removes_at__lte=timezone.now())
    return sum(_delete(case) for case in due.exclude(state=CaseState.APPEALED))


def _delete(case: ModerationCase) -> bool:
    with changes.together():
        current, target = locked_with_target(case)
        if current.removes_at is None or current.state == CaseState.APPEALED:
            return False
        if target is not None:
            delete_target(target, by=SYSTEM)
        changes.update(current, by=SYSTEM, state=CaseState.CLOSED, removes_at=None)
        add_step(current, CaseEvent.Kind.REMOVED, by=SYSTEM)
    return target is not None


def _case(case_id: UUID) -> ModerationCase | None:
    """Return a case, which goes with its member."""
    return ModerationCase.objects.filter(pk=case_id).first()
