"""Why the server ends a connection: WebSocket close codes and the last frame.

1012 is *service restart* (IANA's registry, RFC 6455 11.7); the 44xx codes are private (7.4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import randbelow

from django.conf import settings

from realtime.subscriptions import frame

RESTARTED = 1012
REVOKED = 4401
IDLE = 4408
TOO_MANY = 4429

CLOSE_CODES = {
    1000: "One side has had enough.",
    RESTARTED: (
        "The server restarts. Connect again after the while that a `reconnect` frame has named."
    ),
    1013: "This process has no live connections; those of the roles `all` and `realtime` have.",
    REVOKED: (
        "The token is no good any more; a `revoked` frame came before. Connect with a new one."
    ),
    IDLE: "Nobody signed in, and nothing was subscribed to. Connect again when there is a reason.",
    TOO_MANY: ("There are too many connections of this member or address. Connect again later."),
}
"""What each code means to clients, as docs/asyncapi.yaml says it."""


@dataclass(frozen=True, slots=True)
class CloseReason:
    """The last frame of a connection, and the close code of its WebSocket.

    `after` is the delay before the client should reconnect, in milliseconds; None if it should not.
    """

    kind: str
    text: str
    code: int
    after: int | None = None


REVOKED_REASON = CloseReason("revoked", frame("revoked"), REVOKED)
"""For a token that is no longer valid."""


def shutdown_reason() -> CloseReason:
    """Return the close of a shutdown, with a random delay so that not all reconnect at once."""
    after = reconnect_delay()
    return CloseReason("reconnect", frame("reconnect", after=after), RESTARTED, after)


def reconnect_delay() -> int:
    """Return a random delay before reconnecting, in milliseconds."""
    return randbelow(settings.REALTIME_RECONNECT_SPREAD_SECONDS * 1000 + 1)
