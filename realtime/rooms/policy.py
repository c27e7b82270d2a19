"""The policy of rooms: who may enter, and who meets whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from resources import registry
from resources.errors import Problem, beyond_scope, not_signed_in, not_visible
from resources.execution.reader import is_visible, record_uuid

if TYPE_CHECKING:
    from resources.actors import Actor

ROOM_NAME = re.compile(r"[a-z0-9][a-z0-9:/_-]{0,99}", re.ASCII)


def check_entry(room: str, actor: Actor) -> None:
    """Raise Problem 400, 401, 403 or 404 unless an actor may enter a room.

    `cards/<id>`, and any name that begins with it, is open to those who may view that card. All
    other rooms are open to every member, and to guests if `ROOMS_ALLOW_GUESTS` is set.
    """
    if not ROOM_NAME.fullmatch(room):
        raise Problem(400, "bad_room", _("A room can't have this name."))
    if not actor.is_known and not settings.ROOMS_ALLOW_GUESTS:
        raise not_signed_in()
    first, *rest = room.split("/")
    resource = registry.named(first) if rest else None
    if resource is None:
        _require_scope(actor, "rooms")
        return
    _require_scope(actor, resource.name)
    if not is_visible(resource, actor, record_uuid(rest[0])):
        raise not_visible()


def admit(room: str, actor: Actor) -> frozenset[str]:
    """Return the ids of the users whom an actor does not meet in a room, such as who blocked it.

    Raises Problem as `check_entry` does.
    """
    check_entry(room, actor)
    if not actor.is_known:
        return frozenset()
    find = import_string(settings.REALTIME_APART_FROM_USER)
    apart: frozenset[str] = find(actor.id)
    return apart


def _require_scope(actor: Actor, name: str) -> None:
    if not actor.has_scope(name, "read"):
        raise beyond_scope(name, "read")
