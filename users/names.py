"""Usernames that nobody may take, as others would believe the name."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings

from resources.api import registry

SEPARATORS = re.compile(r"[._-]+")
# Digits that pass for letters; 1 for two of them.
LOOKING_LIKE_I = str.maketrans("013457", "oieast")
LOOKING_LIKE_L = str.maketrans("013457", "oleast")
# Who speaks for a site: its staff, and the mailboxes of RFC 2142.
STAFF = """
    abuse admin administration administrator admins billing bot community contact daemon dev
    developer help helpdesk hostmaster info mail mailer manager mod moderation moderator moderators
    mods no noc noreply official operator operators owner postmaster privacy reply root sales
    security service staff superuser support sysadmin system team verified webmaster
"""
# Words of programs and pages: parts of addresses, and what stands for nobody or everybody.
PAGES = """
    about account accounts all anonymous api app auth batch deleted docs events everyone feed files
    guest healthz here holo holobase home index known login logout me metrics new nobody none null
    password readyz realtime register robots schema search self settings signin signout signup
    static terms undefined upload uploads user users webhooks well ws www you
"""
WORDS = frozenset((STAFF + PAGES).split())


def is_reserved(username: str) -> bool:
    """Return whether a name is, or is put together of nothing but, words that are reserved.

    Case, separators and digits in the place of letters make no difference. What a resource is
    called is part of addresses, and so reserved, too.
    """
    name = username.casefold()
    spellings = {name, name.translate(LOOKING_LIKE_I), name.translate(LOOKING_LIKE_L)}
    return any(_is_reserved(spelling) for spelling in spellings)


def _is_reserved(name: str) -> bool:
    reserved = _resources() | WORDS | {_joined(word) for word in _of_this_site()}
    if _joined(name) in reserved:
        return True
    parts = [part for part in SEPARATORS.split(name) if part]
    return bool(parts) and all(part in reserved for part in parts)


def _of_this_site() -> list[str]:
    words: list[str] = settings.RESERVED_USERNAMES
    return words


def _joined(name: str) -> str:
    return SEPARATORS.sub("", name.casefold())


@cache
def _resources() -> frozenset[str]:
    return frozenset(
        _joined(part)
        for resource in registry.all_resources()
        for part in (resource.name, *resource.name.split("/"))
    )
