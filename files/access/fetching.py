"""What a request for a file may have, and who may keep the answer for how long.

| who asks | may keep it |
|---|---|
| anyone, of what anyone may see | everybody: browsers a year, shared caches until they are told |
| whoever has a signed address | everybody, until the address expires |
| whom a bearer token names | that browser, which asks each time whether it may still have it |
"""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from files.access.public_files import find_public, keep_public
from files.access.signatures import expiry
from files.access.who import is_left, may_anyone_fetch, may_fetch
from files.selectors import file_of
from resources.api import actor_of_header, not_visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from files.models import File

A_YEAR = 31_536_000
PURGED_SECONDS, UNPURGED_SECONDS = 24 * 3600, 60
"""How long a shared cache may keep a public file without asking: one that is told of changes
(`FILES_PURGE_URL`), and one that isn't."""


class Fetch(NamedTuple):
    """A file that may be fetched, with the answer's `Cache-Control` and `Vary`.

    `cache_tag` names the file to shared caches, which can be told by it to forget what they keep.
    """

    file: File
    cache_control: str
    vary: str = ""
    cache_tag: str = ""


def permitted_fetch(request: HttpRequest, key: str, transform: str) -> Fetch:
    """Return what a request for a transform of a file may have.

    Raises Problem 404 alike for what isn't there and what the actor may not see, 401 and 403 as
    the API for a bad token.
    """
    scope: Mapping[str, object] = getattr(request, "scope", {})
    known = find_public(key, scope)
    if known is not None:
        return _public(known)
    file = file_of(key)
    if file is None:
        raise not_visible()
    expires = expiry(key, request.GET.dict(), transform)
    if expires is not None and not is_left(file):
        return _signed(file, expires)
    if may_anyone_fetch(file):
        keep_public(file, scope)
        return _public(file)
    actor = actor_of_header(request.headers.get("Authorization", ""))
    if not may_fetch(file, actor):
        raise not_visible()
    return Fetch(file, "private, no-cache", vary="Authorization")


def cache_tag(key: str) -> str:
    """Return what shared caches know a file and its variants by."""
    return key.rpartition("/")[2].partition(".")[0]


def _public(file: File) -> Fetch:
    shared = PURGED_SECONDS if settings.FILES_PURGE_URL else UNPURGED_SECONDS
    cache_control = f"public, max-age={A_YEAR}, s-maxage={shared}, immutable"
    return Fetch(file, cache_control, cache_tag=cache_tag(file.key))


def _signed(file: File, expires: int) -> Fetch:
    left = max(0, expires - int(time()))
    return Fetch(file, f"public, max-age={left}, immutable", cache_tag=cache_tag(file.key))
