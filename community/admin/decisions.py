"""What a moderator can decide in a case, and the form it is sent by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from community.models import ActionKind, CaseKind
from community.services.case_targets import can_be_hidden, locked_target
from community.services.cases import lock_cases
from community.services.decisions import may_sanction
from resources.admin.acts import take_action
from resources.api import FieldError, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

    from community.models import ModerationCase
    from resources.api import Actor, Record

DECIDE = ("POST", "decide")
PERIODS = (1, 3, 7, 30, 90)
LASTING = frozenset({ActionKind.SILENCE, ActionKind.SUSPEND})
EXCLUSIVE = frozenset({ActionKind.DISMISS, ActionKind.UPHOLD, ActionKind.OVERTURN})
TO_MEMBERS = (ActionKind.WARN, ActionKind.SILENCE, ActionKind.SUSPEND, ActionKind.BAN)
TO_CONTENT = (ActionKind.HIDE, ActionKind.REQUEST_CHANGES, ActionKind.DELETE)
APPEALS = (ActionKind.UPHOLD, ActionKind.OVERTURN)
WORDS = {
    ActionKind.DISMISS: _("Nothing wrong"),
    ActionKind.HIDE: _("Hide it"),
    ActionKind.DELETE: _("Delete it"),
    ActionKind.REQUEST_CHANGES: _("Ask for changes"),
    ActionKind.WARN: _("Warn the member"),
    ActionKind.SILENCE: _("Silence the member"),
    ActionKind.SUSPEND: _("Suspend the member"),
    ActionKind.BAN: _("Ban the member"),
    ActionKind.UPHOLD: _("The decision stands"),
    ActionKind.OVERTURN: _("Undo the decision"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tick; what stands alone goes with nothing else."""

    kind: str
    label: _StrPromise

    @property
    def stands_alone(self) -> bool:
        """Return whether it goes with nothing else."""
        return self.kind in EXCLUSIVE

    @property
    def is_of_content(self) -> bool:
        """Return whether it is one of what can be done to content, of which one is done."""
        return self.kind in TO_CONTENT


CHOICES = {kind.value: Choice(kind.value, words) for kind, words in WORDS.items()}


def choices_of(case: ModerationCase, target: Record | None, *, by: Actor) -> Sequence[Choice]:
    """Return what can be decided in a case about a record, which may be gone.

    Sanctions are for moderators of the whole community.
    """
    if case.kind == CaseKind.APPEAL:
        kinds: Sequence[str] = APPEALS
    else:
        is_hideable = target is not None and can_be_hidden(target)
        kinds = [
            ActionKind.DISMISS,
            *(TO_CONTENT if is_hideable else ()),
            *(TO_MEMBERS if may_sanction(by) and case.subject_id is not None else ()),
        ]
    return [CHOICES[kind] for kind in kinds]


def periods() -> Sequence[tuple[int, str]]:
    """Return for how many days a silence or a suspension can last, in words."""
    return [
        (days, ngettext("%(days)d day", "%(days)d days", days) % {"days": days}) for days in PERIODS
    ]


def decide(request: HttpRequest, case: ModerationCase) -> None:
    """Decide a case as the sent form says; raises Problem, also for content edited meanwhile."""
    lock_cases([case.pk])
    target = locked_target(case.target_resource, case.target_id)
    seen = request.POST.get("revision", "")
    if seen and target is not None and str(target.revision) != seen:
        message = _("This has been edited since you opened it: look again.")
        raise invalid([FieldError("revision", "edited", message)])
    take_action(request, case, DECIDE, sent_decision(request))


def sent_decision(request: HttpRequest) -> dict[str, object]:
    """Return the form as a client of the API would send it."""
    days = request.POST.get("days", "")
    until = timezone.now() + timedelta(days=int(days)) if days.isdecimal() else None
    sent: dict[str, object] = {
        "actions": [_measure(kind, until) for kind in request.POST.getlist("kind")],
        "reason": request.POST.get("reason", "").strip(),
        "is_harmless": "is_reopened" not in request.POST,
    }
    ground = request.POST.get("ground", "")
    return {**sent, "ground": ground} if ground else sent


def _measure(kind: str, until: datetime | None) -> dict[str, str]:
    if until is None or kind not in LASTING:
        return {"kind": kind}
    return {"kind": kind, "expires_at": until.isoformat()}
