"""Whether code runs in an event loop, and how it says that it must not.

Whatever could keep other requests waiting (compiling SQL, a long query, a remote counter) raises
`MustRunInThread` there; its caller runs the same work again in a thread.
"""

from __future__ import annotations

from asyncio import _get_running_loop


class MustRunInThread(Exception):
    """This can't be done, or not quickly enough, in the event loop; a thread can."""


def is_in_event_loop() -> bool:
    """Return whether this thread runs an event loop just now."""
    return _get_running_loop() is not None
