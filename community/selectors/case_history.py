"""What moderators know of the member whose content is in front of them, and of the content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from community.models import CaseAction, CaseState, Decision, ModerationCase, Report
from users.models import Sanction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from users.models import User

SHOWN = 10


@dataclass(frozen=True, slots=True)
class MemberHistory:
    """What moderators did about a member so far, the newest first, and how often."""

    member: User
    upheld: int
    dismissed: int
    waiting: int
    reports_upheld: int
    reports_dismissed: int
    sanctions: Sequence[Sanction]
    actions: Sequence[CaseAction]


def member_history(member: User) -> MemberHistory:
    """Return the history of a member: cases about them, reports by them, sanctions and actions."""
    cases = ModerationCase.objects.filter(subject=member).aggregate(
        upheld=Count("pk", filter=Q(decision=Decision.UPHELD)),
        dismissed=Count("pk", filter=Q(decision=Decision.DISMISSED)),
        waiting=Count("pk", filter=Q(state__in=(CaseState.OPEN, CaseState.CLAIMED))),
    )
    reports = Report.objects.filter(reporter=member).aggregate(
        reports_upheld=Count("pk", filter=Q(outcome=Report.Outcome.UPHELD)),
        reports_dismissed=Count("pk", filter=Q(outcome=Report.Outcome.DISMISSED)),
    )
    sanctions = Sanction.objects.filter(user=member).order_by("-created_at", "-id")
    actions = CaseAction.objects.filter(subject=member).order_by("-created_at", "-id")
    return MemberHistory(
        member=member,
        sanctions=list(sanctions[:SHOWN]),
        actions=list(actions.select_related("moderator")[:SHOWN]),
        **cases,
        **reports,
    )
