"""Who is asking is kept between requests; whoever may not any more is turned away all the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from resources.execution.response_cache import NOTIFIED_LIFETIME
from server.app import application, fast_path
from tests.other_process import other_process, tell
from tests.personas import new_member
from users import tokens
from users.models import Session
from users.selectors import authenticate_session
from users.services.roles import assign_role, take_role
from users.services.sanctions import impose_sanction
from users.services.sessions import end_session, end_sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from resources.actors import Actor
    from tests.personas import Persona
    from users.models import User

ENDING = (
    "from django.utils import timezone\nfrom users.models import Session",
    "changes.update(Session.objects.get(pk=line), by=SYSTEM, ended_at=timezone.now())",
)


class Reader:
    """A client that has asked before, so that the process knows who it is."""

    def __init__(self, persona: Persona) -> None:
        served: Any = application
        headers = {"Authorization": persona.authorization}
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=served),
            base_url="http://testserver/api/v1/",
            headers=headers,
        )

    async def status(self, path: str = "cards") -> int:
        """Ask for something."""
        return (await self.client.get(path)).status_code

    async def is_known(self) -> None:
        """Be known to the process."""
        for _time in range(3):
            assert await self.status() == 200


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    """Sign dana in."""
    return new_member("dana")


def user_of(persona: Persona) -> User:
    """Return a persona's account."""
    assert persona.user is not None
    return persona.user


def session_of(persona: Persona) -> Session:
    """Return a persona's only session."""
    return Session.objects.get(user=user_of(persona))


def ban(persona: Persona) -> None:
    """Ban a member."""
    impose_sanction(by=SYSTEM, user=user_of(persona), kind="ban", reason="spam")


ENDINGS: list[Callable[[Persona], object]] = [
    lambda dana: end_session(session_of(dana), by=SYSTEM),
    lambda dana: end_sessions(user_of(dana), by=SYSTEM),
    lambda dana: changes.delete(session_of(dana), by=SYSTEM),
    lambda dana: changes.update(user_of(dana), by=SYSTEM, is_active=False),
    ban,
]


def in_thread(work: Callable[[], object]) -> None:
    """Do something in a thread of this process, as requests do."""
    work()
    connection.close()


@pytest.mark.parametrize("end", ENDINGS)
def test_access_ends_with_the_very_next_request(
    dana: Persona, end: Callable[[Persona], object]
) -> None:
    async def go() -> None:
        reader = Reader(dana)
        await reader.is_known()
        await asyncio.to_thread(in_thread, partial(end, dana))
        assert await reader.status() in (401, 403)

    asyncio.run(go())


@pytest.mark.parametrize("role", ["moderator", "creator"])
def test_a_role_counts_and_ends_with_the_very_next_request(dana: Persona, role: str) -> None:
    Group.objects.get_or_create(name=role)
    seen: list[frozenset[str]] = []

    async def go(roles: Callable[[], frozenset[str]]) -> None:
        reader = Reader(dana)
        await reader.is_known()
        for change in (assign_role, take_role):
            work = partial(change, user_of(dana), role=role, by=SYSTEM)
            await asyncio.to_thread(in_thread, work)
            await reader.status()
            seen.append(roles())

    asyncio.run(go(lambda: known_actor(dana).roles))
    assert seen == [frozenset({role}), frozenset()]


def known_actor(persona: Persona) -> Actor:
    """Return the actor that the process takes a persona for."""
    known = fast_path.readers.callers.known.get(persona.authorization)
    assert known is not None
    return known.authentication.actor


def test_access_ended_by_another_process_ends_here(dana: Persona) -> None:
    """At once on SQLite, after `NOTIFIED_LIFETIME` at the latest on PostgreSQL."""

    async def go(process: Any, session: str) -> None:
        reader = Reader(dana)
        await reader.is_known()
        await asyncio.to_thread(tell, process, session)
        until = monotonic() + (0 if connection.vendor == "sqlite" else NOTIFIED_LIFETIME)
        asked = monotonic()
        while (status := await reader.status()) == 200 and asked < until:
            await asyncio.sleep(0.02)
            asked = monotonic()
        assert status == 401

    with other_process(*ENDING) as process:
        asyncio.run(go(process, str(session_of(dana).pk)))


def test_access_ends_when_the_session_expires(dana: Persona) -> None:
    soon = timezone.now() + timedelta(seconds=1.5)
    changes.update(session_of(dana), by=SYSTEM, expires_at=soon)

    async def go() -> None:
        reader = Reader(dana)
        await reader.is_known()
        await asyncio.sleep(max(0.0, (soon - timezone.now()).total_seconds()) + 0.01)
        assert await reader.status() == 401

    asyncio.run(go())


def test_who_is_known_is_not_asked_for_again(
    dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[UUID] = []
    find = authenticate_session

    def counted(session_id: UUID) -> Any:
        authentication = find(session_id)
        asked.append(session_id)
        return authentication

    monkeypatch.setattr(tokens, "authenticate_session", counted)

    async def go() -> None:
        reader = Reader(dana)
        for number in range(5):
            assert await reader.status(f"cards?limit={number + 1}") == 200

    began = monotonic()
    asyncio.run(go())
    assert len(asked) <= 1 + (monotonic() - began) // NOTIFIED_LIFETIME


def test_what_others_write_makes_nobody_unknown(
    dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = changes.create(Card, by=SYSTEM, creator=user_of(dana), title="Liked")
    asked: list[UUID] = []

    def counted(session_id: UUID) -> Any:
        authentication = authenticate_session(session_id)
        asked.append(session_id)
        return authentication

    async def go() -> None:
        reader = Reader(dana)
        for likes in range(1, 9):
            write = partial(changes.update, card, by=SYSTEM, like_count=likes)
            await asyncio.to_thread(in_thread, write)
            assert await reader.status() == 200

    monkeypatch.setattr(tokens, "authenticate_session", counted)
    began = monotonic()
    asyncio.run(go())
    assert len(asked) <= 1 + (monotonic() - began) // NOTIFIED_LIFETIME


def test_what_the_log_knows_nothing_of_ends_access_too(dana: Persona) -> None:
    """On PostgreSQL nobody hears of it; there it is a matter of a second."""

    async def go() -> None:
        reader = Reader(dana)
        await reader.is_known()
        unlogged = partial(
            Session.objects.filter(user=user_of(dana)).update, ended_at=timezone.now()
        )
        await asyncio.to_thread(in_thread, unlogged)
        await asyncio.sleep(0 if connection.vendor == "sqlite" else NOTIFIED_LIFETIME)
        assert await reader.status() == 401
        again = partial(Session.objects.filter(user=user_of(dana)).update, ended_at=None)
        await asyncio.to_thread(in_thread, again)

    asyncio.run(go())


def test_nobody_is_taken_for_somebody_else(dana: Persona) -> None:
    carl = new_member("carl")
    draft = changes.create(Card, by=SYSTEM, creator=user_of(carl), title="A draft")

    async def go() -> None:
        theirs, mine = Reader(carl), Reader(dana)
        for _time in range(3):
            assert await theirs.status(f"cards/{draft.pk}") == 200
            assert await mine.status(f"cards/{draft.pk}") == 404

    asyncio.run(go())
