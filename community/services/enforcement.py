"""What each action of moderators does to a record and to its author, and its line in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from community.models import ActionKind, CaseAction
from community.services.case_targets import content_of, hide_target, show_target
from resources.api import changes
from users.services.sanctions import impose_sanction, lift_sanction

if TYPE_CHECKING:
    from datetime import datetime

    from community.models import ModerationCase
    from resources.api import Actor, Record
    from users.models import Sanction

HIDING = (ActionKind.HIDE, ActionKind.DELETE, ActionKind.REQUEST_CHANGES)
SANCTIONS = (ActionKind.WARN, ActionKind.SILENCE, ActionKind.SUSPEND, ActionKind.BAN)


@dataclass(frozen=True)
class Measure:
    """One thing to do in a case; sanctions may have an end."""

    kind: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """In which case something is done, by whom and why; `target` is None when it is gone."""

    case: ModerationCase
    target: Record | None
    by: Actor
    reason: str
    ground: str


def enforce(verdict: Verdict, measure: Measure) -> None:
    """Do one thing, and write it into the moderation log."""
    sanction, is_told = None, True
    if measure.kind in HIDING and verdict.target is not None:
        hide_target(verdict.target, by=verdict.by)
    elif measure.kind in SANCTIONS:
        sanction = _impose(verdict, measure)
    elif measure.kind == ActionKind.DISMISS:
        # Whoever was reported without reason need not know of it.
        is_told = bring_back(verdict.case, verdict.target, by=verdict.by)
    log_action(verdict, measure, sanction=sanction, is_told=is_told)


def log_action(
    verdict: Verdict, measure: Measure, *, sanction: Sanction | None = None, is_told: bool = True
) -> CaseAction:
    """Write a line into the moderation log, which the member reads in full if `is_told`."""
    case, target = verdict.case, verdict.target
    return changes.create(
        CaseAction,
        by=verdict.by,
        case=case,
        kind=measure.kind,
        target_resource=case.target_resource,
        target_id=case.target_id,
        subject_id=case.subject_id if is_told else None,
        content=content_of(target) if target else case.content,
        ground=verdict.ground,
        reason=verdict.reason,
        moderator_id=verdict.by.id,
        expires_at=measure.expires_at,
        sanction=sanction,
    )


def bring_back(case: ModerationCase, target: Record | None, *, by: Actor) -> bool:
    """Show a record again that this case, or what held it back, has hidden; return whether it was.

    What another case hides stays hidden.
    """
    in_force = CaseAction.objects.filter(
        target_resource=case.target_resource,
        target_id=case.target_id,
        kind__in=HIDING,
        reversed_at=None,
    )
    for action in in_force.filter(case=case):
        changes.update(action, by=by, reversed_at=timezone.now())
    if target is None or not getattr(target, "is_hidden", False) or in_force.exists():
        return False
    show_target(target, by=by)
    return True


def lift_sanctions(case: ModerationCase, *, by: Actor) -> None:
    """End the sanctions of a case that are still in force."""
    imposed = case.actions.filter(kind__in=SANCTIONS, reversed_at=None).select_related("sanction")
    for action in imposed:
        if action.sanction is not None and action.sanction.is_in_force:
            lift_sanction(action.sanction, by=by)
        changes.update(action, by=by, reversed_at=timezone.now())


def _impose(verdict: Verdict, measure: Measure) -> Sanction:
    return impose_sanction(
        by=verdict.by,
        user=verdict.case.subject,
        kind=measure.kind,
        reason=verdict.reason,
        expires_at=measure.expires_at,
        imposed_by_id=verdict.by.id,
    )
