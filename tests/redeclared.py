"""A declaration that is another one for a while."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from resources.byte_cache import ByteCache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.declaration import Resource

COMPILED = ("resources.query.", "resources.execution.", "resources.visibility.")


@contextmanager
def redeclared(resource: Resource, **attributes: object) -> Iterator[None]:
    """Change what a resource declares, and forget what was compiled from it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in attributes.items():
            patch.setattr(type(resource), name, value)
        _forget_plans()
        yield
    _forget_plans()


def _forget_plans() -> None:
    modules = [each for name, each in sys.modules.items() if name.startswith(COMPILED)]
    for module in modules:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
            for cache in (value, *_enclosed(value)):
                if isinstance(cache, ByteCache):
                    cache.clear()


def _enclosed(value: object) -> Iterator[object]:
    """Yield what a function that keeps its results keeps them in."""
    for cell in getattr(value, "__closure__", None) or ():
        yield cell.cell_contents
