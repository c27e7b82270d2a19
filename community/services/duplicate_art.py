"""Cases about cards whose front resembles that of somebody else's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cards.models import Card
from community.models import CaseKind, ModerationCase
from community.services.cases import open_case
from resources.api import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.api import Change


def open_duplicate_art_cases(batch: Sequence[Change]) -> None:
    """Have moderators look at cards that were published with, or have got, such a front."""
    for change in batch:
        if change.after.get("resembles_id") or change.after.get("status") == Card.Status.PUBLISHED:
            _open_case(change)


def _open_case(change: Change) -> None:
    published = Card.objects.filter(pk=change.record_id, status=Card.Status.PUBLISHED)
    card = published.exclude(resembles=None).select_related("resembles").first()
    known = ModerationCase.objects.filter(
        kind=CaseKind.DUPLICATE_ART, target_resource=change.resource, target_id=change.record_id
    )
    if change.after.get("resembles_id"):
        # Another front is another case; a change that is seen again is not.
        known = known.filter(created_at__gte=change.at)
    if card is None or card.resembles is None or known.exists():
        return
    words = {"title": card.resembles.title, "id": card.resembles.pk}
    note = _("The front is nearly that of “%(title)s” (%(id)s).") % words
    open_case(kind=CaseKind.DUPLICATE_ART, target=card, by=SYSTEM, note=note, score=1)
