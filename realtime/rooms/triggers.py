"""Messages that trusted services send into rooms without joining them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from channels.layers import get_channel_layer
from django.conf import settings
from django.utils.translation import gettext as _

from realtime.bell import carry, is_shared
from realtime.rooms.bus import group_name
from realtime.rooms.registry import known_rooms
from realtime.subscriptions import frame
from resources.errors import Problem, beyond_scope, not_permitted, not_signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from channels.layers import BaseChannelLayer

    from resources.actors import Actor
    from resources.json_text import JsonObject

logger = logging.getLogger("holobase.realtime")

TRUSTED = "admin"
"""The role that the owner of a key must have: any member can make keys."""


def require_trusted(actor: Actor) -> None:
    """Raise Problem 401 or 403 unless the actor is the system or an admin's key for rooms.

    Such messages bypass the policy of the room and name no sender.
    """
    if actor.is_system:
        return
    if not actor.is_known:
        raise not_signed_in()
    if actor.scopes is None or TRUSTED not in actor.roles:
        raise not_permitted(_("This is for keys of admins."))
    if not actor.has_scope("rooms", "write"):
        raise beyond_scope("rooms", "write")


def trigger(said: Sequence[Mapping[str, object]]) -> None:
    """Send messages into rooms, in order: each has `room`, `event`, `payload` and maybe `to`.

    `to` is the id of a peer or of a user; without it, all peers of the room receive the message.
    Raises Problem 503 if the processes that hold the rooms can't be reached.
    """
    here = known_rooms()
    process = here[0].process if here else ""
    messages = [_message(process, one) for one in said]
    if is_shared():
        _tell_others(messages)
    elif settings.ROLE == "api":
        raise _unreachable()
    for rooms in here:
        rooms.loop.call_soon_threadsafe(rooms.apply_all, messages)


def _message(process: str, said: Mapping[str, object]) -> dict[str, object]:
    room, to = said["room"], said.get("to")
    members = {"room": room, "from": None, "event": said["event"], "payload": said["payload"]}
    kind = {"kind": "whisper", "to": to} if to else {"kind": "say"}
    return {"process": process, "room": room, "text": frame("broadcast", **members), **kind}


def _tell_others(messages: Sequence[dict[str, object]]) -> None:
    try:
        carry(_send(messages))
    except Exception as failure:
        logger.exception("rooms of other processes can't be reached")
        raise _unreachable() from failure


async def _send(messages: Sequence[JsonObject]) -> None:
    layer = cast("BaseChannelLayer", get_channel_layer())
    for message in messages:
        await layer.group_send(group_name(message["room"]), message)


def _unreachable() -> Problem:
    return Problem(503, "rooms_unreachable", _("The rooms can't be reached from here."))
