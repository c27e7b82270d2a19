"""A Holobase of its own process, with members who are signed in."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import httpx

from tests.migrated import EMBEDDED, ROOT, SERVE, fill_with_migrated_database

if TYPE_CHECKING:
    import signal
    from pathlib import Path

NEW_MEMBERS = """
import json
from datetime import timedelta
from tests.personas import new_member
from users.callers import NOWHERE
from users.services.sessions import open_session
from users.tokens import SessionAccess, token_pair
members = {}
for name in NAMES:
    member = new_member(name)
    pair = token_pair(open_session(member.user, caller=NOWHERE, method="test"))
    access = SessionAccess(pair["access"])
    access.set_exp(lifetime=timedelta(seconds=SECONDS))
    members[name] = {"access": str(access), "refresh": pair["refresh"], "exp": access["exp"]}
print(json.dumps(members))
"""


class Server:
    """A Holobase that can be killed, and started anew on the same port and data."""

    def __init__(self, folder: Path, allowed: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.folder = folder
        quick = {"CORS_ORIGINS": allowed, "REALTIME_RECHECK_SECONDS": "1"}
        self.env = {**os.environ, **EMBEDDED, **quick}
        self.address = f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = ["--port", str(self.port), "--data", str(self.folder), "--no-worker"]
        command = [*SERVE, *options]
        fill_with_migrated_database(self.folder)
        # In a session of its own, all of its processes can be killed at once.
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True)
        until = monotonic() + 120
        with httpx.Client(base_url=self.address) as client:
            while not self._answers(client):
                assert monotonic() < until
                sleep(0.1)

    def end(self, how: signal.Signals) -> None:
        """Have it end, or make it."""
        os.killpg(self.process.pid, how)
        self.process.wait(20)

    def members(self, *names: str, seconds: int) -> Any:
        """Make members who are signed in, with access tokens that run out after so long."""
        code = NEW_MEMBERS.replace("NAMES", repr(names)).replace("SECONDS", str(seconds))
        options = ["--no-imports", "--data", str(self.folder), "-c", code]
        command = [sys.executable, "manage.py", "shell", *options]
        return json.loads(subprocess.check_output(command, cwd=ROOT, env=self.env))

    def _answers(self, client: httpx.Client) -> bool:
        try:
            return client.get("/healthz").is_success
        except httpx.TransportError:
            return False
