"""Cases: opening and claiming them, notes, and the timeline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import (
    ActionKind,
    CaseAction,
    CaseEvent,
    CaseKind,
    CaseNote,
    CaseState,
    ModerationCase,
)
from community.services.case_targets import (
    can_be_hidden,
    content_of,
    hide_target,
    locked_target,
    scope_of,
    subject_id_of,
)
from resources.api import Problem, changes, registry, row_sql
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from resources.api import Actor, Record

WAITING = (CaseState.OPEN, CaseState.CLAIMED)
Step = CaseEvent.Kind


def open_case(
    *, kind: str, target: Record, by: Actor, note: str = "", score: float = 0
) -> ModerationCase:
    """Have moderators decide about a record; joins the case of this kind that waits, if any.

    `by` is who or what found it, `note` is for the moderators to read, and `score` is added to that
    of the case, which the queue is sorted by. Call it for a record that is stored already.
    """
    with changes.together():
        # The record first and then the case, as decisions lock them. Whoever else opens a case
        # about the record has to wait here, so that there is one.
        current = changes.locked(target)
        case = _waiting_case(kind, target)
        if case is None:
            case = changes.create(
                ModerationCase,
                by=by,
                kind=kind,
                target_resource=registry.resource_of(type(target)).name,
                target_id=target.pk,
                subject_id=subject_id_of(current),
                scope=scope_of(current),
                content=content_of(current),
                score=score,
            )
            add_step(case, Step.OPENED, by=by)
        else:
            changes.update(case, by=by, score=case.score + score)
            if kind != CaseKind.REPORT:
                add_step(case, Step.JOINED, by=by)
        if note:
            changes.create(CaseNote, by=by, case=case, author_id=by.id, text=note)
    return case


def add_step(case: ModerationCase, kind: Step, *, by: Actor, **detail: object) -> None:
    """Write the next line of a case's timeline."""
    changes.create(CaseEvent, by=by, case=case, kind=kind, actor_id=by.id, detail=detail)


def hide_meanwhile(case: ModerationCase, target: Record, *, by: Actor) -> None:
    """Hide a record until moderators have decided; its author reads so in the moderation log."""
    if not can_be_hidden(target) or getattr(target, "is_hidden", False):
        return
    hide_target(target, by=by)
    changes.create(
        CaseAction,
        by=by,
        case=case,
        kind=ActionKind.HIDE,
        target_resource=case.target_resource,
        target_id=case.target_id,
        subject_id=case.subject_id,
        content=case.content,
        moderator_id=by.id,
        is_automatic=True,
    )
    add_step(case, Step.HIDDEN, by=by)


def claim_case(case: ModerationCase, *, by: Actor) -> ModerationCase:
    """Take a case, so that no other moderator decides it at the same time.

    A claim that is older than `CLAIM_MINUTES` can be taken over. Raises Problem 409 for a case that
    another moderator has, or that is decided, 403 for one that this moderator may not decide.
    """
    with changes.together():
        current = changes.locked(case)
        require_decidable(current, by=by)
        if current.claimed_by_id == by.id and not _has_lapsed(current):
            return current
        changes.update(
            current,
            by=by,
            state=CaseState.CLAIMED,
            claimed_by_id=by.id,
            claimed_at=timezone.now(),
        )
        add_step(current, Step.CLAIMED, by=by)
    return current


def release_case(case: ModerationCase, *, by: Actor) -> ModerationCase:
    """Leave a claimed case to the others; raises Problem 409 for one that another has."""
    with changes.together():
        current = changes.locked(case)
        require_decidable(current, by=by)
        if current.state == CaseState.CLAIMED:
            changes.update(current, by=by, state=CaseState.OPEN, claimed_by=None, claimed_at=None)
            add_step(current, Step.RELEASED, by=by)
    return current


def require_decidable(case: ModerationCase, *, by: Actor) -> None:
    """Raise Problem unless this moderator may decide the case now.

    403 for a case about one's own content or the appeal of one's own decision, 409 for one that
    another moderator has claimed or that is decided already.
    """
    if case.subject_id is not None and case.subject_id == by.id and case.kind != CaseKind.APPEAL:
        raise Problem(403, "own_content", _("You can't decide about your own content."))
    if case.appealed is not None and by.id in (case.appealed.decided_by_id, case.subject_id):
        raise Problem(403, "own_decision", _("Another moderator decides about this appeal."))
    if not case.is_waiting:
        raise Problem(409, "already_decided", _("This case has been decided already."))
    is_others = case.claimed_by_id is not None and case.claimed_by_id != by.id
    if is_others and not by.is_system and not _has_lapsed(case):
        message = _("%(moderator)s has claimed this case.") % {"moderator": case.claimed_by}
        raise Problem(409, "claimed", message)


def locked_with_target(case: ModerationCase) -> tuple[ModerationCase, Record | None]:
    """Lock and return a case and the record that it is about, or nothing when that is gone.

    The record first: so do those who open cases, and nobody waits for each other.
    """
    target = locked_target(case.target_resource, case.target_id)
    return changes.locked(case), target


def lock_cases(ids: Collection[UUID]) -> None:
    """Lock all that decisions about cases may write, in one order for everybody.

    First the records that they are about, then the cases and those that they appeal, then the
    members; of each kind by id.
    """
    cases = list(ModerationCase.objects.filter(pk__in=ids))
    for name, target_id in sorted({(case.target_resource, case.target_id) for case in cases}):
        locked_target(name, target_id)
    _lock_rows(ModerationCase, {*ids, *(case.appealed_id for case in cases)})
    _lock_rows(User, {case.subject_id for case in cases})


def _lock_rows(model: type[Record], ids: Iterable[UUID | None]) -> None:
    for key in sorted(key for key in ids if key is not None):
        row_sql.read(model, key)


def _waiting_case(kind: str, target: Record) -> ModerationCase | None:
    """Lock and return the case of this kind about a record that waits, if there is one."""
    name = registry.resource_of(type(target)).name
    found = ModerationCase.objects.filter(
        kind=kind, target_resource=name, target_id=target.pk, state__in=WAITING
    ).first()
    case = changes.locked(found) if found else None
    return case if case and case.is_waiting else None


def _has_lapsed(case: ModerationCase) -> bool:
    """Return whether a claim is so old that others need not wait for it."""
    lasts = timedelta(minutes=settings.MODERATION.claim_minutes)
    return case.claimed_at is None or case.claimed_at < timezone.now() - lasts
