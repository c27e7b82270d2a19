"""Which tests need no backend, so that they say the same on all of them and are run on one.

A test needs one if it asks for the database, or is marked `backends` because it uses the cache, the
channel layer or the storage of files without rows. All others are kept from using any: forgetting
the mark fails.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Never

import pytest
from channels.layers import get_channel_layer
from django.core.cache import caches
from django.core.files.storage import storages

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server"})
BACKEND_MARKS = ("backends", "django_db", "embedded", "servers")
CACHE_METHODS = ("add", "delete", "get", "get_many", "incr", "set", "set_many", "touch")
LAYER_METHODS = ("group_add", "group_send", "receive", "send")
STORAGE_METHODS = ("delete", "exists", "open", "save")


def needs_backends(item: pytest.Item) -> bool:
    """Tell whether a test can come out otherwise on other backends."""
    names = item.fixturenames if isinstance(item, pytest.Function) else ()
    marked = any(item.get_closest_marker(name) for name in BACKEND_MARKS)
    return marked or not DATABASE_FIXTURES.isdisjoint(names)


@contextmanager
def backends_refused() -> Iterator[None]:
    """Let the cache, the channel layer and the storage fail the test that uses them."""
    with pytest.MonkeyPatch.context() as patch:
        for methods, backend in (
            (CACHE_METHODS, type(caches["default"])),  # each thread has its own
            (LAYER_METHODS, get_channel_layer()),
            (STORAGE_METHODS, storages["default"]),
        ):
            for name in methods:
                patch.setattr(backend, name, _refuse)
        yield


def _refuse(*_given: object, **_named: object) -> Never:
    pytest.fail("This test uses a backend: mark it `backends`, or ask for the database.")
