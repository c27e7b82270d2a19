"""Changes to polls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Poll, PollVote
from resources.api import SYSTEM, FieldError, Problem, changes, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from resources.api import Actor


def start_poll(
    *, by: Actor, options: Sequence[str], closes_at: datetime | None = None, **values: object
) -> Poll:
    """Put a poll to a post; raises Problem 400 for an end in the past or options of only spaces."""
    if closes_at and closes_at <= timezone.now():
        message = _("This moment is over.")
        raise invalid([FieldError("closes_at", "in_the_past", message)])
    trimmed = [option.strip() for option in options]
    if not all(trimmed) or len(set(trimmed)) < len(trimmed):
        message = _("Each option needs words of its own.")
        raise invalid([FieldError("options", "not_allowed", message)])
    values |= {"options": trimmed, "counts": [0] * len(trimmed), "closes_at": closes_at}
    return changes.create(Poll, by=by, **values)


def vote(poll: Poll, *, by: Actor, option: int) -> None:
    """Vote for an option; voting for the same once more changes nothing.

    Raises Problem 400 for an option that there is not, 409 in a closed poll and for a second vote.
    """
    if option >= len(poll.options):
        message = _("The poll has no such option.")
        raise invalid([FieldError("option", "does_not_exist", message)])
    given = PollVote.objects.filter(poll=poll, user=by.id).first()
    if given and given.option == option:
        return
    if given:
        raise Problem(409, "voted_already", _("You have voted already."))
    if poll.is_closed or (poll.closes_at and poll.closes_at <= timezone.now()):
        raise Problem(409, "poll_closed", _("This poll is closed."))
    with changes.together():
        changes.create(PollVote, by=by, poll=poll, user_id=by.id, option=option)
        _count(poll, option, 1, by=by)


def delete_vote(given: PollVote, *, by: Actor) -> None:
    """Delete a vote, which its poll then no longer counts."""
    with changes.together():
        poll = changes.locked(given.poll)
        changes.delete(given, by=by)
        _count(poll, given.option, -1, by=by)


def close_poll(poll: Poll, *, by: Actor) -> Poll:
    """Let nobody vote any more, and everybody see the results."""
    return changes.update(poll, by=by, is_closed=True)


def close_if_due(poll_id: UUID) -> None:
    """Close a poll whose time is over, unless it is gone or closed."""
    with transaction.atomic():
        for poll in Poll.objects.due().filter(pk=poll_id):
            close_poll(changes.locked(poll), by=SYSTEM)


def close_due_polls() -> int:
    """Close every poll whose time is over; returns their number."""
    due = list(Poll.objects.due().values_list("pk", flat=True))
    for poll_id in due:
        close_if_due(poll_id)
    return len(due)


def _count(poll: Poll, option: int, difference: int, *, by: Actor) -> None:
    counts = list(poll.counts)
    counts[option] = max(0, counts[option] + difference)
    changes.update(poll, by=by, counts=counts, vote_count=sum(counts))
