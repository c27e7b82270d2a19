"""What an ASGI application is called with (https://asgi.readthedocs.io/en/latest/specs/main.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

type Scope = dict[str, Any]
type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
# Django, Channels and uvicorn each have their own types for the three arguments.
type ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
