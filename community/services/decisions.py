"""Decisions of moderators: which actions go together, and what becomes of the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import (
    ActionKind,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    ModerationCase,
    Report,
)
from community.services.appeals import settle_appeal
from community.services.case_targets import can_be_hidden
from community.services.cases import add_step, locked_with_target, require_decidable
from community.services.enforcement import HIDING, SANCTIONS, Measure, Verdict, enforce
from community.services.reports import answer_reports
from resources.api import FieldError, changes, invalid, not_permitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.api import Actor, Record

APPEALS = frozenset({ActionKind.UPHOLD, ActionKind.OVERTURN})
EXCLUSIVE = APPEALS | {ActionKind.DISMISS}
STAFF = frozenset({"moderator", "admin"})


def decide_case(
    case: ModerationCase,
    *,
    by: Actor,
    actions: Sequence[Measure],
    reason: str = "",
    ground: str = "",
    is_harmless: bool = True,
) -> ModerationCase:
    """Decide a case by one or several actions; its author and reporters are told the reason.

    Dismissed content is shown again and, if `is_harmless`, opens no case until it is edited.
    Deleted content is hidden until no appeal can bring it back. Raises Problem 400 for actions
    that don't go together or miss a reason, 403 for what this moderator may not decide, 409 when
    another moderator has the case or has decided it.
    """
    with changes.together():
        current, target = locked_with_target(case)
        require_decidable(current, by=by)
        kinds = [measure.kind for measure in actions]
        _require_fitting(current, kinds, reason)
        _require_possible(current, target, kinds, by=by)
        verdict = Verdict(current, target, by, reason, ground)
        for measure in actions:
            enforce(verdict, measure)
        add_step(current, CaseEvent.Kind.DECIDED, by=by, actions=kinds, ground=ground)
        if current.kind == CaseKind.APPEAL:
            settle_appeal(verdict, is_overturned=kinds == [ActionKind.OVERTURN])
        _write_decision(verdict, kinds, is_harmless=is_harmless)
    return current


def may_sanction(by: Actor) -> bool:
    """Return whether somebody decides about members too: not who moderates one part alone."""
    return by.is_system or not STAFF.isdisjoint(by.roles)


def _write_decision(verdict: Verdict, kinds: Sequence[str], *, is_harmless: bool) -> None:
    """Write on the case what was decided, and answer those who reported."""
    case, target, now = verdict.case, verdict.target, timezone.now()
    decision, state, outcome = Decision.UPHELD, CaseState.DECIDED, Report.Outcome.UPHELD
    if not EXCLUSIVE.isdisjoint(kinds):
        is_overturned = kinds == [ActionKind.OVERTURN]
        decision = Decision.OVERTURNED if is_overturned else Decision.DISMISSED
        state, outcome = CaseState.CLOSED, Report.Outcome.DISMISSED
    is_kept = is_harmless and kinds == [ActionKind.DISMISS] and target is not None
    changes.update(
        case,
        by=verdict.by,
        state=state,
        decision=decision,
        reason=verdict.reason,
        ground=verdict.ground,
        decided_by_id=verdict.by.id,
        decided_at=now,
        harmless_revision=target.revision if target and is_kept else None,
        removes_at=_end_of_appeals(now) if ActionKind.DELETE in kinds else None,
    )
    answer_reports(case, outcome, by=verdict.by, answer=verdict.reason)


def _end_of_appeals(now: datetime) -> datetime:
    return now + timedelta(days=settings.MODERATION.appeal_days)


def _require_fitting(case: ModerationCase, kinds: Sequence[str], reason: str) -> None:
    """Raise Problem 400 for actions that don't go together, or without a reason."""
    is_appeal = case.kind == CaseKind.APPEAL
    is_fitting = all((kind in APPEALS) is is_appeal for kind in kinds)
    is_alone = len(kinds) == 1 or EXCLUSIVE.isdisjoint(kinds)
    is_once = len(set(kinds)) == len(kinds) and len(set(kinds) & set(HIDING)) <= 1
    if not (kinds and is_fitting and is_alone and is_once):
        message = _("These actions do not go together, or do not fit this case.")
        raise invalid([FieldError("actions", "do_not_fit", message)])
    if not reason.strip() and kinds != [ActionKind.DISMISS]:
        message = _("Say why: the member is told.")
        raise invalid([FieldError("reason", "required", message)])


def _require_possible(
    case: ModerationCase, target: Record | None, kinds: Sequence[str], *, by: Actor
) -> None:
    """Raise Problem 400 for actions without anything to do them to, 403 for sanctions by others.

    Moderators of one category or room decide about content, not about members.
    """
    if not set(SANCTIONS).isdisjoint(kinds):
        if not may_sanction(by):
            raise not_permitted()
        if case.subject_id is None:
            message = _("This case is about nobody's content.")
            raise invalid([FieldError("actions", "no_member", message)])
    if target is not None and not can_be_hidden(target) and not set(HIDING).isdisjoint(kinds):
        message = _("Records of this kind can't be hidden.")
        raise invalid([FieldError("actions", "not_hideable", message)])
