"""Live connections end when their member may no longer have one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.realtime.conftest import Live, connected, signed_in
from users.models import Session, User
from users.services.sanctions import impose_sanction
from users.services.sessions import end_session, end_sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings

    from tests.personas import Persona


async def is_revoked(live: Live) -> bool:
    frame = await live.receive()
    closing = await live.socket.receive_output(30)
    return bool(frame == {"type": "revoked"} and closing["code"] == 4401)


def test_a_token_can_come_as_a_subprotocol_or_in_a_frame(dana: Persona) -> None:
    async def go() -> None:
        await (await signed_in(dana)).close()
        live = await connected()
        await live.send({"type": "auth", "ref": "1", "token": dana.token})
        answer = await live.receive()
        assert answer == {"type": "authenticated", "ref": "1", "user": dana.id}
        await live.close()

    asyncio.run(go())


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_bad_token_opens_nothing(transactional_db: None, token: str) -> None:
    async def go() -> None:
        live = await connected()
        await live.send({"type": "auth", "token": token})
        assert await is_revoked(live)

    asyncio.run(go())


def signs_out(user: User) -> None:
    end_session(Session.objects.get(user=user), by=SYSTEM)


def signs_out_everywhere(user: User) -> None:
    end_sessions(user, by=SYSTEM)


def is_banned(user: User) -> None:
    impose_sanction(by=SYSTEM, user=user, kind="ban", reason="Spam.")


def is_suspended(user: User) -> None:
    until = timezone.now() + timedelta(days=1)
    impose_sanction(by=SYSTEM, user=user, kind="suspend", reason="Spam.", expires_at=until)


def is_closed(user: User) -> None:
    changes.update(user, by=SYSTEM, is_active=False)


@pytest.mark.parametrize(
    "loses", [signs_out, signs_out_everywhere, is_banned, is_suspended, is_closed]
)
def test_a_member_who_loses_access_is_cut_off_at_once(
    dana: Persona, loses: Callable[[User], None]
) -> None:
    async def go() -> None:
        live = await signed_in(dana)
        assert dana.user is not None
        await sync_to_async(loses)(dana.user)
        assert await is_revoked(live)

    asyncio.run(go())


def test_others_stay_connected(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        live, other = await signed_in(dana), await signed_in(eve)
        assert eve.user is not None
        await sync_to_async(is_banned)(eve.user)
        assert await is_revoked(other)
        await live.send({"type": "ping"})
        assert (await live.receive())["type"] == "pong"
        await live.close()

    asyncio.run(go())


@pytest.mark.unlogged
def test_what_another_process_wrote_is_found_by_looking_again(
    dana: Persona, settings: Settings
) -> None:
    """A write that rings no bell here: it goes round the door, as another process's would."""
    settings.REALTIME_RECHECK_SECONDS = 0.1

    async def go() -> None:
        live = await signed_in(dana)
        sessions = Session.objects.filter(user_id=dana.id)
        await sync_to_async(sessions.update)(ended_at=timezone.now())
        assert await is_revoked(live)

    asyncio.run(go())
