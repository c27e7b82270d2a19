"""The guide to a first site, followed word for word: `python -m tests.clients.first_site`.

It serves a Holobase, runs the commands of `docs/guide/first-site.md` in an empty folder, writes its
files, signs a member in on the page, and counts commands, lines and seconds. What other guides have
for Next.js is compiled there, too, against Next's own types. npm takes minutes, so it stands beside
the suite.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx

from tests.clients.served import Server
from tests.migrated import ROOT
from tests.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = Path("clients", "typescript")
GUIDES = ROOT / "docs" / "guide"
GUIDE = GUIDES / "first-site.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
FILE = re.compile(r"// (\S+)\n")
MOST_SECONDS = 600
PATIENCE = 60


class Site:
    """The folder that the guide begins with, and what is counted on the way."""

    def __init__(self, folder: Path, addresses: dict[str, str]) -> None:
        self.folder = folder
        self.addresses = addresses
        self.commands = self.lines = 0
        self.port = addresses["http://localhost:3000"].rpartition(":")[2]
        self.environment = {**os.environ, "HOLOBASE": str(folder), "PORT": self.port}
        # As it is in a fresh clone.
        made = shutil.ignore_patterns("node_modules", "dist", "build")
        shutil.copytree(ROOT / CLIENT, folder / CLIENT, ignore=made)

    def follow(self, kind: str, text: str) -> None:
        """Do what a block of the guide says: run it, or write its file."""
        for written, here in self.addresses.items():
            text = text.replace(written, here)
        if kind == "sh":
            self._run(text)
            return
        named = FILE.match(text)
        assert named, text
        path = self.folder / "my-cards" / named[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.lines += len(text.splitlines()) - 1

    def _run(self, commands: str) -> None:
        lines = commands.strip().splitlines()
        self.commands += len(lines)
        inside = self.folder / "my-cards"
        for line in lines:
            if "start" in line:
                return  # served by who follows the guide
            where = inside if inside.exists() else self.folder
            _say(f"$ {line}")
            subprocess.run(["sh", "-ec", line], cwd=where, env=self.environment, check=True)

    def check_types(self) -> None:
        """Compile the site as strictly as TypeScript does."""
        self._run("npx tsc --noEmit --strict --project .")

    def check_guides(self) -> None:
        """Compile what other guides have for Next.js, against its own types."""
        for guide in GUIDES.glob("*.md"):
            written = guide.read_text()
            if guide == GUIDE or "'next/" not in written:
                continue
            for kind, text in BLOCK.findall(written):
                named = FILE.match(text)
                if kind in ("ts", "tsx") and named:
                    path = self.folder / "my-cards" / "guides" / guide.stem / named[1]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
        self.check_types()

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve the site as the guide's last command does; yield its address."""
        inside = self.folder / "my-cards"
        command = ["node", "node_modules/next/dist/bin/next", "start"]
        process = subprocess.Popen(command, cwd=inside, env=self.environment)
        address = self.addresses["http://localhost:3000"]
        try:
            _wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait(PATIENCE)


def shows_cards(site: str, refresh: str, title: str) -> None:
    """Sign in on the site as its pages do, and see a card of one's own on the page."""
    with httpx.Client(base_url=site, headers={"Origin": site}, timeout=PATIENCE) as browser:
        assert 'name="password"' in browser.get("/").text
        browser.post("/api/session", json={"refresh": refresh}).raise_for_status()
        page = browser.get("/").raise_for_status().text
    assert title in page, page


def _wait_for(address: str) -> None:
    until = monotonic() + PATIENCE
    while True:
        try:
            httpx.get(address, timeout=PATIENCE)
        except httpx.TransportError:
            assert monotonic() < until, f"nothing answers at {address}"
            sleep(0.2)
        else:
            return


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def follow_the_guide(server: Server, site: Site) -> None:
    """Do all that the guide says, and look at the page."""
    member = server.members("dana", seconds=3600)["dana"]
    signed_in = {"Authorization": f"Bearer {member['access']}"}
    api = f"{server.address}/api/v1"
    httpx.post(f"{api}/cards", json={"title": "Ember"}, headers=signed_in).raise_for_status()
    began = monotonic()
    for kind, text in BLOCK.findall(GUIDE.read_text()):
        site.follow(kind, text)
    with site.served() as address:
        shows_cards(address, member["refresh"], "Ember")
    seconds = monotonic() - began
    _say(f"{site.commands} commands, {site.lines} lines, {seconds:.0f} s")
    assert seconds < MOST_SECONDS
    site.check_types()
    site.check_guides()
    _say("compiled strictly, with what other guides write for Next.js")


def main() -> None:
    """Follow the guide; raise an error at what does not come out as it says."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as folder:
        own = f"http://localhost:{port}"
        server = Server(Path(data), own)
        server.env = {**server.env, "SITE_URL": own}
        server.start()
        try:
            addresses = {"http://localhost:8000": server.address, "http://localhost:3000": own}
            follow_the_guide(server, Site(Path(folder), addresses))
        finally:
            server.end(signal.SIGTERM)


if __name__ == "__main__":
    main()
