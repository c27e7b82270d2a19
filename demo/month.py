"""A month of an ordinary community: who was here, and what waits for its moderators."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from cards.models import Card
from community.models import CaseKind, Ground, ModerationCase, Post
from community.services.appeals import file_appeal
from community.services.cases import hide_meanwhile, open_case
from community.services.decisions import decide_case
from community.services.enforcement import Measure
from community.services.reports import file_report
from demo import words
from resources.api import SYSTEM, Actor, changes
from users.models import ActiveDay, User
from users.selectors import MODERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

DAYS = 60
"""Members count as active in a month, so the first of thirty days needs thirty before it."""
SEEN_AT_FIRST, SEEN_AT_LAST = 0.25, 0.6
"""Which part of the members comes on a day: more and more of them, and more on weekends."""
AT_WEEKENDS = 1.3
SATURDAY = 5


def note_visits(members: Sequence[User], chance: Random) -> None:
    """Note on which of the last sixty days each member was here, but for today's of the story."""
    days = [day for member in members for day in _days_of(member, chance)]
    ActiveDay.objects.bulk_create(days, ignore_conflicts=True)


def _days_of(member: User, chance: Random) -> Iterator[ActiveDay]:
    now = timezone.now().astimezone(UTC)
    for ago in range(DAYS):
        at = now - timedelta(days=ago)
        share = SEEN_AT_LAST - (SEEN_AT_LAST - SEEN_AT_FIRST) * ago / DAYS
        is_weekend = at.weekday() >= SATURDAY
        if chance.random() < share * (AT_WEEKENDS if is_weekend else 1):
            visits = chance.randrange(1, 4)
            seconds = visits * chance.randrange(180, 1500)
            yield ActiveDay(user=member, day=at.date(), visits=visits, seconds=seconds, last_at=at)


def leave_cases(members: Sequence[User], chance: Random) -> None:
    """Leave a case of each kind in the queue, and some more reports."""
    posts = list(Post.objects.filter(author__in=members, is_hidden=False).order_by("pk"))
    chosen = chance.sample(posts, min(len(posts), len(words.REPORTS)))
    for post, (reason, text) in zip(chosen, words.REPORTS, strict=False):
        _report(post, _others(post, members, chance), reason, text)
    _hold(chance.choice(members))
    _find_resemblance(chance)
    left = [post for post in posts if post not in chosen]
    moderator = User.objects.filter(groups__name=MODERATOR).order_by("pk").first()
    if left and moderator is not None:
        _appeal(left[0], moderator)


def _others(post: Post, members: Sequence[User], chance: Random) -> Sequence[User]:
    others = [member for member in members if member.pk != post.author_id]
    return chance.sample(others, chance.randrange(1, 3))


def _report(post: Post, reporters: Sequence[User], reason: str, text: str) -> None:
    for reporter in reporters:
        file_report(
            by=_as(reporter),
            reporter=reporter,
            reason=reason,
            text=text,
            target_resource="posts",
            target_id=post.pk,
        )


def _hold(newcomer: User) -> None:
    """Hold back a post as a rule about links would."""
    text, note = words.HELD
    post = changes.create(Post, by=_as(newcomer), author=newcomer, text=text)
    hide_meanwhile(
        open_case(kind=CaseKind.HELD, target=post, by=SYSTEM, note=note), post, by=SYSTEM
    )


def _find_resemblance(chance: Random) -> None:
    """Have a card look like somebody else's."""
    public = Card.objects.filter(status="published", visibility="public").order_by("pk")
    cards = list(public[:50])
    if len(cards) > 1:
        card, other = chance.sample(cards, 2)
        note = words.RESEMBLANCE.format(title=other.title, id=other.pk)
        open_case(kind=CaseKind.DUPLICATE_ART, target=card, by=SYSTEM, note=note, score=1)


def _appeal(post: Post, moderator: User) -> None:
    """Have a post hidden by a moderator, and its author object."""
    by = Actor(moderator.pk, frozenset({MODERATOR}), is_verified=True)
    case = open_case(kind=CaseKind.REPORT, target=post, by=SYSTEM, score=1)
    reason, objection = words.APPEAL
    decide_case(case, by=by, actions=[Measure("hide")], reason=reason, ground=Ground.OFF_TOPIC)
    line = ModerationCase.objects.get(pk=case.pk).actions.get(kind="hide")
    file_appeal(by=_as(post.author), author=post.author, action=line, text=objection)


def _as(user: User) -> Actor:
    return Actor(user.pk, is_verified=True)
