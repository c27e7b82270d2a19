"""Signing in and out: sessions, their refresh tokens' rotation, and their end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from resources.api import SYSTEM, Actor, Problem, blind_index, changes, not_signed_in
from users.models import EventKind, Session, User
from users.services.events import record_event

if TYPE_CHECKING:
    from uuid import UUID

    from users.callers import Caller


MOST_SESSIONS = 50


def open_session(user: User, *, caller: Caller, method: str) -> Session:
    """Sign a member in on one device; raises Problem 403 when the account is barred.

    Whoever comes back within the days of grace keeps the account.
    """
    require_not_barred(user)
    by = Actor(user.pk)
    now = timezone.now()
    with changes.together():
        _make_room(user, by=by)
        session = changes.create(
            Session,
            by=by,
            user=user,
            method=method,
            device=caller.device,
            address=caller.address,
            address_index=blind_index(caller.network),
            expires_at=now + settings.REFRESH_LIFETIME,
        )
        record_event(
            user, EventKind.SIGNED_IN, by=by, caller=caller, session=session, method=method
        )
        if user.leaves_at:
            changes.update(user, by=by, leaves_at=None)
            record_event(user, EventKind.ERASURE_CANCELLED, by=by, caller=caller)
        User.objects.filter(pk=user.pk).update(last_login=now)
    return session


def _make_room(user: User, *, by: Actor) -> None:
    """End the sessions seen least recently beyond `MOST_SESSIONS`."""
    live = Session.objects.filter(user=user, ended_at=None).order_by("-last_seen_at")
    for session in live[MOST_SESSIONS - 1 :]:
        end_session(session, by=by)


def require_not_barred(user: User) -> None:
    """Raise Problem 403 unless the member may use the account now."""
    if user.is_barred:
        raise barred()


def barred() -> Problem:
    """Say that the account is suspended or banned; the reason is among the member's mail."""
    return Problem(403, "barred", _("This account is suspended."))


def rotate(session_id: UUID, generation: int, *, caller: Caller) -> Session:
    """Take a refresh token for the next one; raises Problem 401 when it is no good any more.

    A token used again after the next one was issued means that two hold it: the whole family is
    ended (RFC 9700, 4.14.2). Only the one before the newest is forgiven for some seconds, because
    browsers' tabs race and answers get lost; it then gives the same generation again, so that a
    thief who was as quick is found out at the next rotation.
    """
    with changes.together():
        rotated = _rotated(session_id, generation, caller)
    # Outside the transaction: a family that was ended stays so.
    if rotated is None:
        raise not_signed_in(_("This refresh token is not valid or has expired."))
    return rotated


def _rotated(session_id: UUID, generation: int, caller: Caller) -> Session | None:
    now = timezone.now()
    idle_since = now - timedelta(days=settings.SESSION_IDLE_DAYS)
    live = Session.objects.filter(ended_at=None, expires_at__gt=now, last_seen_at__gt=idle_since)
    session = live.select_for_update().filter(pk=session_id).first()
    if session is None or not session.user.is_active or session.user.is_barred:
        return None
    if generation == session.generation:
        return _next_generation(session, caller)
    leeway = timedelta(seconds=settings.REFRESH_LEEWAY_SECONDS)
    is_fresh = now - session.rotated_at < leeway
    if generation == session.generation - 1 and is_fresh:
        return session
    end_session(session, by=SYSTEM, kind=EventKind.TOKEN_REUSED, caller=caller)
    return None


def _next_generation(session: Session, caller: Caller) -> Session:
    now = timezone.now()
    return changes.update(
        session,
        by=Actor(session.user_id),
        generation=session.generation + 1,
        rotated_at=now,
        last_seen_at=now,
        device=caller.device or session.device,
        address=caller.address,
        address_index=blind_index(caller.network),
    )


def end_session(
    session: Session,
    *,
    by: Actor,
    kind: EventKind = EventKind.SESSION_ENDED,
    caller: Caller | None = None,
) -> None:
    """End a session: its tokens are refused from now on, everywhere."""
    with changes.together():
        changes.update(session, by=by, ended_at=timezone.now())
        seen = {"caller": caller} if caller else {}
        record_event(session.user, kind, by=by, session=session, **seen)


def sign_out_device(session: Session, *, by: Actor) -> None:
    """End a session as its member wishes: the present one at once, another after a fresh proof.

    Raises Problem 401 for callers without a session, 403 `step_up_needed`: who has taken a token
    can't throw the owner out.
    """
    if by.session_id != session.pk and not by.is_system:
        require_fresh(by)
    end_session(session, by=by)


def end_sessions(user: User, *, by: Actor, but: UUID | None = None) -> None:
    """End all of a member's sessions but one, and those in the admin."""
    with changes.together():
        live = Session.objects.select_for_update().filter(user=user, ended_at=None)
        sessions = [session for session in live if session.pk != but]
        for session in sessions:
            changes.update(session, by=by, ended_at=timezone.now())
        if sessions:
            record_event(user, EventKind.SESSION_ENDED, by=by, count=len(sessions))
        changes.update(user, by=by, session_epoch=user.session_epoch + 1)


def record_step_up(session: Session, *, caller: Caller, method: str) -> None:
    """Record that the member has just authenticated again."""
    by = Actor(session.user_id)
    with changes.together():
        changes.update(session, by=by, authenticated_at=timezone.now())
        record_event(
            session.user, EventKind.STEPPED_UP, by=by, caller=caller, session=session, method=method
        )


def live_session(session_id: UUID) -> Session | None:
    """Return a session that has not ended."""
    return Session.objects.filter(pk=session_id, ended_at=None).first()


def session_of(actor: Actor) -> Session:
    """Return the live session an actor is signed in by; raises Problem 401 when there is none."""
    if actor.session_id is None:
        raise not_signed_in()
    session = live_session(actor.session_id)
    if session is None:
        raise not_signed_in()
    return session


def require_fresh(actor: Actor) -> Session:
    """Return the actor's session if its member proved who they are a short while ago.

    Raises Problem 401 for callers without a session (keys among them), 403 `step_up_needed`
    when the proof is too old.
    """
    session = session_of(actor)
    limit = timedelta(minutes=settings.STEP_UP_MINUTES)
    if timezone.now() - session.authenticated_at > limit:
        raise Problem(403, "step_up_needed", _("Confirm first that it is you."))
    return session


def is_known_network(user: User, caller: Caller) -> bool:
    """Return whether the member has signed in from this network before."""
    index = blind_index(caller.network)
    return Session.objects.filter(user=user, address_index=index).exists()


def forget_old_sessions() -> int:
    """Delete sessions that ended or ran out 30 days ago; returns their number."""
    old = timezone.now() - timedelta(days=30)
    sessions = Session.objects.filter(expires_at__lt=old).order_by("created_at")[:1000]
    for session in sessions:
        changes.delete(session, by=SYSTEM)
    return len(sessions)
