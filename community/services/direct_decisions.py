"""What moderators decide outside the queue gets a case and a line in the log like all else.

A moderator who hides or deletes something where it stands, or sanctions a member, decides a case
that nobody has opened. It is written down afterwards from the change log, whichever way the
decision came (API, batch, admin, screening rule), so that the public log is whole and the member
can appeal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from community.models import (
    ActionKind,
    CaseAction,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    ModerationCase,
)
from community.services.case_targets import (
    REPORTABLE,
    content_among,
    content_of,
    scope_of,
    subject_id_of,
)
from community.services.cases import add_step
from community.services.enforcement import HIDING
from resources.api import SYSTEM, Action, Actor, Change, changes, owning_relations, registry
from users.models import Sanction, User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from resources.api import JsonObject, Record, Resource

SANCTIONS = "sanctions"
FOLLOWED = frozenset({*REPORTABLE, SANCTIONS}) - {"users"}
"""The resources whose changes can be decisions; members themselves are only sanctioned."""
MODERATING = ("moderator", "admin")


@dataclass(frozen=True)
class DirectDecision:
    """What was done about whose record, and what the record said then."""

    kind: str
    target_resource: str
    target_id: UUID
    subject_id: UUID | None
    content: JsonObject
    scope: str = ""
    sanction: Sanction | None = None


def write_direct_decisions(batch: Sequence[Change]) -> None:
    """Write into the moderation log what was decided outside of cases, and what was undone there.

    What a case decides has its line already; a change that is seen twice is written down once.
    """
    for change in batch:
        if change.resource == SANCTIONS:
            _follow_sanction(change)
        elif change.after.get("is_hidden") is True:
            _follow_hiding(change)
        elif change.after.get("is_hidden") is False:
            _reverse(_hiding_lines(change).filter(created_at__lte=change.at), change)
        elif change.action == Action.DELETE or change.after.get("is_deleted") is True:
            _follow_deletion(change)


def _follow_sanction(change: Change) -> None:
    sanction = Sanction.objects.filter(pk=change.record_id).first()
    lines = CaseAction.objects.filter(sanction=change.record_id)
    if change.after.get("lifted_at"):
        _reverse(lines, change)
    elif sanction and change.action == Action.CREATE and not lines.exists():
        member = sanction.user_id
        done = DirectDecision(sanction.kind, "users", member, member, {}, sanction=sanction)
        _write(done, change)


def _follow_hiding(change: Change) -> None:
    """Write down that a record was hidden, unless a line of that time says so."""
    row = _row(change)
    if row is None:
        return
    is_written = _hiding_lines(change).filter(created_at__gte=change.at, **_until_shown(change))
    subject = subject_id_of(row)
    if subject != change.actor_id and not is_written.exists():
        done = DirectDecision(ActionKind.HIDE, change.resource, row.pk, subject, content_of(row))
        _write(replace(done, scope=scope_of(row)), change)


def _follow_deletion(change: Change) -> None:
    """Write down that a moderator deleted what somebody else wrote.

    What went along with a record that was deleted has no line of its own.
    """
    resource, row = registry.named(change.resource), _row(change)
    before: JsonObject = change.before
    if resource is None or before.get("is_deleted") or not _is_moderating(change.actor_id):
        return
    subject = subject_id_of(row) if row else _owner_among(resource, before)
    if subject in (None, change.actor_id) or _went_along(change) or _is_written(change):
        return
    kept = content_of(row) if row else {}
    content = {**kept, **content_among(resource, before)}
    _write(
        DirectDecision(ActionKind.DELETE, change.resource, change.record_id, subject, content),
        change,
    )


def _write(done: DirectDecision, change: Change) -> None:
    """Write a decided case and its line in the log, as of when it was decided."""
    moderator = _member(change.actor_id)
    by = Actor(moderator.pk) if moderator else SYSTEM
    about = {
        "target_resource": done.target_resource,
        "target_id": done.target_id,
        "subject": _member(done.subject_id),
        "content": dict(done.content),
        "reason": done.sanction.reason if done.sanction else "",
    }
    with changes.together():
        case = changes.create(
            ModerationCase,
            by=by,
            kind=CaseKind.DIRECT,
            scope=done.scope,
            state=CaseState.DECIDED,
            decision=Decision.UPHELD,
            decided_by=moderator,
            decided_at=change.at,
            **about,
        )
        add_step(case, CaseEvent.Kind.DECIDED, by=by, actions=[done.kind])
        changes.create(
            CaseAction,
            by=by,
            case=case,
            kind=done.kind,
            moderator=moderator,
            is_automatic=moderator is None,
            expires_at=done.sanction.expires_at if done.sanction else None,
            sanction=done.sanction,
            created_at=change.at,
            **about,
        )


def _reverse(lines: QuerySet[CaseAction], change: Change) -> None:
    """Say of lines in force that what they tell of has been undone."""
    for line in lines.filter(reversed_at=None):
        changes.update(line, by=SYSTEM, reversed_at=change.at)


def _hiding_lines(change: Change) -> QuerySet[CaseAction]:
    return CaseAction.objects.filter(
        target_resource=change.resource, target_id=change.record_id, kind__in=HIDING
    )


def _until_shown(change: Change) -> dict[str, object]:
    """Return what narrows lines to those before the record was shown again, if it was."""
    later = Change.objects.filter(resource=change.resource, record_id=change.record_id)
    shown = (each for each in later.filter(id__gt=change.pk).order_by("id"))
    ends = next((each.at for each in shown if each.after.get("is_hidden") is False), None)
    return {"created_at__lt": ends} if ends else {}


def _is_written(change: Change) -> bool:
    lines = CaseAction.objects.filter(target_id=change.record_id, kind=ActionKind.DELETE)
    return lines.filter(created_at=change.at).exists()


def _is_moderating(actor_id: UUID | None) -> bool:
    who = User.objects.filter(pk__in=[actor_id])
    return who.filter(Q(groups__name__in=MODERATING) | Q(is_superuser=True)).exists()


def _went_along(change: Change) -> bool:
    """Return whether another record that this one belongs to was deleted by the same request."""
    names = [name for name, value in change.before.items() if name.endswith("_id") and value]
    return Change.objects.filter(
        resource__in=REPORTABLE,
        record_id__in=[change.before[name] for name in names],
        action=Action.DELETE,
        request_id=change.request_id,
    ).exists()


def _member(key: UUID | None) -> User | None:
    return User.objects.filter(pk=key).first() if key else None


def _owner_among(resource: Resource, values: JsonObject) -> UUID | None:
    owners = owning_relations(resource.record_model, User)
    owner = values.get(owners[0].attname) if owners else None
    return UUID(owner) if owner else None


def _row(change: Change) -> Record | None:
    resource = registry.named(change.resource)
    rows = resource.record_model._default_manager if resource else None
    return rows.filter(pk=change.record_id).first() if rows else None
