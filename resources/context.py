"""What the engine knows of the request being answered, wherever in the stack it is asked."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from os import register_at_fork
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

ID_DIGITS = 32
DRAWN_AT_ONCE = 256

_drawn: list[str] = []
register_at_fork(after_in_child=_drawn.clear)


def _new_id() -> str:
    """Return one of the ids drawn together.

    Asking the operating system lets another thread have the interpreter, and getting it back takes
    longer than the question.
    """
    if not _drawn:
        digits = token_hex(DRAWN_AT_ONCE * ID_DIGITS // 2)
        _drawn.extend(
            digits[start : start + ID_DIGITS] for start in range(0, len(digits), ID_DIGITS)
        )
    return _drawn.pop()


@dataclass(slots=True)
class RequestContext:
    """One request: its id, and who turned out to be asking (a user's id, or empty)."""

    request_id: str = field(default_factory=_new_id)
    user_id: str = ""


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def current() -> RequestContext | None:
    """Return the request being answered, or nothing outside of requests."""
    return _current.get()


def begin(request_id: str) -> RequestContext:
    """Start answering a request; an empty id asks for a new one."""
    context = RequestContext(request_id) if request_id else RequestContext()
    _current.set(context)
    return context


@contextmanager
def within(request_id: str) -> Iterator[None]:
    """Do something on behalf of a request that may be over; an empty id asks for a new one."""
    before = _current.get()
    begin(request_id)
    try:
        yield
    finally:
        _current.set(before)


def note_user(user_id: UUID | None) -> None:
    """Remember who turned out to be asking, for the log."""
    context = _current.get()
    if context and user_id:
        context.user_id = str(user_id)


def request_id() -> str:
    """Return the id of the request being answered, or an empty text."""
    context = _current.get()
    return context.request_id if context else ""
