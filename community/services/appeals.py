"""Appeals: once per case, within some days, decided by another moderator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import (
    Appeal,
    CaseAction,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    ModerationCase,
    Report,
)
from community.services.case_targets import content_of
from community.services.cases import add_step, locked_with_target
from community.services.enforcement import bring_back, lift_sanctions
from community.services.reports import answer_reports
from resources.api import Problem, changes, not_permitted

if TYPE_CHECKING:
    from community.services.enforcement import Verdict
    from resources.api import Actor

Step = CaseEvent.Kind


def file_appeal(*, by: Actor, action: CaseAction, **values: object) -> Appeal:
    """Object to what moderators did to oneself or one's content; another moderator decides.

    Raises Problem 403 for what was done to others, 409 for what can't be appealed: not decided
    yet, appealed already, or longer ago than `APPEAL_DAYS`.
    """
    if action.subject_id is None or action.subject_id != by.id or action.case is None:
        raise not_permitted()
    with changes.together():
        case = changes.locked(action.case)
        _require_appealable(case)
        review = changes.create(
            ModerationCase,
            by=by,
            kind=CaseKind.APPEAL,
            target_resource=case.target_resource,
            target_id=case.target_id,
            subject_id=case.subject_id,
            scope=case.scope,
            content=case.content,
            appealed=case,
        )
        add_step(review, Step.OPENED, by=by)
        changes.update(case, by=by, state=CaseState.APPEALED)
        add_step(case, Step.APPEALED, by=by)
        return changes.create(Appeal, by=by, action=action, case=case, review=review, **values)


def settle_appeal(verdict: Verdict, *, is_overturned: bool) -> None:
    """Close the case that was appealed; an overturned decision is undone as far as it can be.

    The content is shown again, sanctions end, and the reports count as unfounded.
    """
    appeal = Appeal.objects.get(review=verdict.case)
    case, by = changes.locked(appeal.case), verdict.by
    outcome = Appeal.Outcome.OVERTURNED if is_overturned else Appeal.Outcome.UPHELD
    now = timezone.now()
    changes.update(appeal, by=by, outcome=outcome, answer=verdict.reason, decided_at=now)
    if is_overturned:
        bring_back(case, verdict.target, by=by)
        lift_sanctions(case, by=by)
        answer_reports(case, Report.Outcome.DISMISSED, by=by, answer=verdict.reason)
        changes.update(case, by=by, decision=Decision.OVERTURNED, removes_at=None)
    elif case.removes_at is not None:
        changes.update(case, by=by, removes_at=now)
    changes.update(case, by=by, state=CaseState.CLOSED)
    add_step(case, Step.OVERTURNED if is_overturned else Step.UPHELD, by=by)


def resubmit_content(action: CaseAction, *, by: Actor) -> CaseAction:
    """Ask moderators to look again at content that they asked to be changed.

    Raises Problem 409 when it has not been changed, or the case is no longer decided.
    """
    with changes.together():
        if action.case is None:
            raise Problem(409, "closed", _("This case is closed."))
        case, target = locked_with_target(action.case)
        if case.state != CaseState.DECIDED or target is None:
            raise Problem(409, "closed", _("This case is closed."))
        content = content_of(target)
        if content == action.content:
            raise Problem(409, "unchanged", _("Change it first."))
        changes.update(
            case,
            by=by,
            state=CaseState.OPEN,
            decision="",
            content=content,
            claimed_by=None,
            claimed_at=None,
        )
        add_step(case, Step.RESUBMITTED, by=by)
    return action


def _require_appealable(case: ModerationCase) -> None:
    since = timezone.now() - timedelta(days=settings.MODERATION.appeal_days)
    if case.state != CaseState.DECIDED or case.decided_at is None or case.decided_at < since:
        raise Problem(409, "not_appealable", _("This can't be appealed, or not any more."))
