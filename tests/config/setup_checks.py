"""Making single checks of the set-up."""

from __future__ import annotations

import socket

from config.doctor.examination import ALL, examine

NAMED = {check.name: check for check in ALL}


def state(name: str) -> tuple[str, str]:
    """Make one check, whatever it needs."""
    (result,) = examine([NAMED[name]])
    return result.state, result.seen


def does_not_arise(name: str) -> bool:
    return list(examine([NAMED[name]])) == []


def nobodys_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
