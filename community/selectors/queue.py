"""The order in which moderators take cases: the highest score first, of equals the oldest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from community.models import CaseState, ModerationCase

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from resources.api import Actor

ORDER = ("-score", "created_at", "id")


def waiting_cases(cases: QuerySet[ModerationCase]) -> QuerySet[ModerationCase]:
    """Return those of some cases that wait for a decision, in the order of the queue."""
    waiting = cases.filter(state__in=(CaseState.OPEN, CaseState.CLAIMED))
    return waiting.select_related("subject", "claimed_by", "appealed").order_by(*ORDER)


def decidable_cases(cases: QuerySet[ModerationCase], by: Actor) -> QuerySet[ModerationCase]:
    """Return those of the waiting cases that a moderator may decide now.

    Not those that another has claimed within `CLAIM_MINUTES`, about their own content, or
    appeals of their own decisions.
    """
    lapsed = timezone.now() - timedelta(minutes=settings.MODERATION.claim_minutes)
    free = Q(claimed_by=None) | Q(claimed_by=by.id) | Q(claimed_at__lt=lapsed)
    own = Q(subject=by.id) | Q(appealed__decided_by=by.id)
    return waiting_cases(cases).filter(free).exclude(pk__in=cases.filter(own).values("pk"))


def next_case(
    cases: QuerySet[ModerationCase], by: Actor, *, skipped: Collection[UUID] = ()
) -> ModerationCase | None:
    """Return the case that a moderator should look at now: one of theirs, else the first."""
    left = decidable_cases(cases, by).exclude(pk__in=skipped)
    return left.filter(claimed_by=by.id).first() or left.first()
