"""Cases, reports and the moderation log in the small world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from community.models import (
    Appeal,
    CaseAction,
    CaseEvent,
    CaseNote,
    ModerationCase,
    ModeratorScope,
    Report,
    Room,
)
from resources import changes
from resources.actors import SYSTEM
from resources.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from cards.models import Card
    from tests.personas import Persona


def fill_with_cases(people: Mapping[str, Persona], cards: Mapping[str, Card]) -> None:
    """Open cases about alice, about the moderator and about nobody, one of them in carol's room."""
    alice, bob, carol, moderator = (
        people[name].user for name in ("alice", "bob", "carol", "moderator")
    )
    room = Room.objects.filter(is_private=False).earliest("created_at")
    scope = f"rooms/{room.pk}"
    changes.create(ModeratorScope, by=SYSTEM, moderator=carol, room=room, scope=scope)
    for subject, place in (
        (alice, scope),
        (alice, ""),
        (moderator, scope),
        (carol, scope),
        (None, ""),
    ):
        about = {"target_resource": "cards", "target_id": new_id(), "subject": subject}
        case = changes.create(
            ModerationCase, by=SYSTEM, kind="report", scope=place, decided_by=moderator, **about
        )
        changes.create(CaseNote, by=SYSTEM, case=case, author=moderator, text="Odd")
        changes.create(CaseEvent, by=SYSTEM, case=case, kind="opened", actor=moderator)
        done = {"kind": "hide", "reason": "Rude", "content": {"text": "x"}, "moderator": moderator}
        action = changes.create(CaseAction, by=SYSTEM, case=case, **about, **done)
        if subject == alice:
            objection = {"action": action, "case": case, "review": case, "author": alice}
            changes.create(Appeal, by=SYSTEM, text="Why?", **objection)
        for card in (cards["public"], cards["private"]):
            reported = {"target_resource": "cards", "target_id": card.pk}
            changes.create(
                Report,
                by=SYSTEM,
                case=case,
                reporter=bob if card == cards["public"] else carol,
                reason="spam",
                weight=1,
                **reported,
            )
    changes.create(CaseAction, by=SYSTEM, kind="dismiss", target_resource="posts")


def tell_scopes_and_targets(
    rows: Mapping[str, Sequence[Any]], known: Mapping[UUID, object]
) -> None:
    """Put beside each case who moderates its scope, and beside each report its target."""
    scopes = rows["moderator-scopes"]
    for case in rows["moderation-cases"]:
        case.scoped = {one.moderator_id for one in scopes if one.scope == case.scope}
    for report in rows["reports"]:
        report.target = known[report.target_id]
