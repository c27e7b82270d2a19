"""Reads across accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from time import time
from typing import TYPE_CHECKING, NamedTuple

import orjson
from django.db.models import Case, DateTimeField, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from resources.api import (
    ANONYMOUS,
    UNTRACKED,
    UNTRACKED_ONLY,
    Actor,
    Authentication,
    Placeholder,
    Plan,
    RecordIdField,
    compiled,
    registry,
    run_plan,
)
from users.models import AccountEvent, ApiKey, Block, Session, User

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from uuid import UUID

    from django.db.models import Model
    from django.db.models.expressions import Combinable

    from resources.api import Rows

MODERATOR, ADMIN, MEMBER, CREATOR = "moderator", "admin", "member", "creator"
ROLES = (MEMBER, CREATOR, MODERATOR, ADMIN)
SCOPED_MODERATOR = "scoped_moderator"
"""Whoever moderates one part of the community; the role goes with that, and opens the admin."""
RECORD_ID = RecordIdField()
SILENCED_UNTIL = 5
"""Where that stands in a row of the queries for actors."""


class BarredError(Exception):
    """The account is suspended or banned."""


def actor_of(user_id: UUID) -> Actor | None:
    """Return the actor of an active account, with its roles, in one query; else nothing."""
    rows = _rows(_member_plan(), {"id": user_id})
    return _actor(rows) if rows else None


def authenticate_session(session_id: UUID) -> Authentication | None:
    """Return the actor of a live session, in one query; nothing when it has ended.

    Raises BarredError when the member may not use the account for now.
    """
    plan = _session_plan()
    rows = _rows(plan, {"id": session_id})
    if not rows:
        return None
    actor = _actor([row[:-1] for row in rows], session_id=session_id)
    until = _seconds(rows[0][-1])
    if actor.is_silenced:
        until = min(until, _seconds(rows[0][SILENCED_UNTIL]))
    return Authentication(actor, _session_sources(), until)


def barred_actor(user_id: UUID, epoch: int) -> Actor | None:
    """Return the actor of a suspended or banned account without its roles; nothing of any other.

    `epoch` is the account's of the time when its member last proved who they are.
    """
    rows = _rows(_barred_plan(), {"id": user_id, "epoch": epoch})
    if not rows or not rows[0][-1]:
        return None
    key, username, is_verified, _is_barred = rows[0]
    return Actor(RECORD_ID.to_python(key), is_verified=bool(is_verified), name=username)


class KeyActor(NamedTuple):
    """Whom an API key acts for, and the digest of its secret."""

    key_id: UUID
    actor: Actor
    digest: str


def actor_of_key(key_id: UUID) -> KeyActor | None:
    """Return the actor of a live API key, in one query; raises BarredError as above."""
    rows = _rows(_key_plan(), {"id": key_id})
    if not rows:
        return None
    digest, scopes = rows[0][-2:]
    actor = _actor([row[:-2] for row in rows], scopes=frozenset(orjson.loads(scopes)))
    return KeyActor(key_id, actor, digest)


def _rows(plan: Plan, values: Mapping[Hashable, object]) -> Rows:
    return run_plan(plan, ANONYMOUS, {"now": timezone.now(), **values})


def _actor(
    rows: Rows, *, session_id: UUID | None = None, scopes: frozenset[str] | None = None
) -> Actor:
    user_id, username, is_verified, is_superuser, is_barred, silenced, trust, _group = rows[0]
    if is_barred:
        raise BarredError
    roles = {group for *_rest, group in rows if group}
    if is_superuser:
        roles |= {ADMIN, MODERATOR}
    return Actor(
        RECORD_ID.to_python(user_id),
        frozenset(roles),
        is_verified=bool(is_verified),
        name=username,
        is_silenced=silenced is not None and _seconds(silenced) > time(),
        trust_level=trust,
        session_id=session_id,
        scopes=scopes,
    )


@cache
def _member_plan() -> Plan:
    """Compile the query once, as the two below: every signed-in request asks one of them."""
    return _compiled(User.objects.filter(pk=Placeholder("id", RecordIdField()), is_active=True))


@cache
def _session_plan() -> Plan:
    sessions = Session.objects.filter(
        pk=Placeholder("id", RecordIdField()),
        ended_at=None,
        expires_at__gt=Placeholder("now", DateTimeField()),
        user__is_active=True,
    )
    return _compiled(sessions, "user__", F("expires_at"))


@cache
def _barred_plan() -> Plan:
    members = User.objects.filter(
        pk=Placeholder("id", RecordIdField()),
        session_epoch=Placeholder("epoch", IntegerField()),
        is_active=True,
    )
    columns: list[Combinable] = [
        F("pk"),
        F("username"),
        F("is_verified"),
        _is_ahead("barred_until"),
    ]
    return compiled(members.values_list(*columns))


@cache
def _session_sources() -> frozenset[str] | None:
    """Name what decides on a session.

    Roles are Django's, but each that is given or taken leaves an event: so nobody has to be asked
    for anew because of what others write.
    """
    sources = _session_plan().sources
    events = registry.resource_of(AccountEvent).name
    return sources and sources - {UNTRACKED} | {events, UNTRACKED_ONLY}


@cache
def _key_plan() -> Plan:
    keys = ApiKey.objects.filter(
        pk=Placeholder("id", RecordIdField()),
        revoked_at=None,
        owner__is_active=True,
    ).exclude(expires_at__lte=Placeholder("now", DateTimeField()))
    return _compiled(keys, "owner__", F("digest"), F("scopes"))


def _compiled(rows: QuerySet[Model], prefix: str = "", *more: F) -> Plan:
    columns: list[Combinable] = [
        F(f"{prefix}pk"),
        F(f"{prefix}username"),
        F(f"{prefix}is_verified"),
        F(f"{prefix}is_superuser"),
        _is_ahead(f"{prefix}barred_until"),
        F(f"{prefix}silenced_until"),
        F(f"{prefix}trust_level"),
        F(f"{prefix}groups__name"),
        *more,
    ]
    return compiled(rows.values_list(*columns))


def _seconds(moment: datetime) -> float:
    """Return a moment in Unix time; SQLite leaves out that it is in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_ahead(column: str) -> Case:
    ahead = When(**{f"{column}__gt": Placeholder("now", DateTimeField())}, then=Value(1))
    return Case(ahead, default=Value(0), output_field=IntegerField())


def apart_from(user_id: UUID | None) -> frozenset[str]:
    """Return the ids, as text, of the members who have blocked a member or whom it has blocked."""
    blocks = Block.objects.filter(Q(blocker=user_id) | Q(blocked=user_id))
    ends = {str(end) for pair in blocks.values_list("blocker", "blocked") for end in pair}
    return frozenset(ends - {str(user_id)})
