"""The card site beside the server (`serve --site`): built where it has changed, run by Node."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from config import env

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

CLIENTS = settings.BASE_DIR / "clients"
CLIENT, SITE = CLIENTS / "typescript", CLIENTS / "card-site"
LEAST_NODE = (20, 9)
GOODBYE_SECONDS = 5


class CardSiteError(Exception):
    """The card site can't be built or run here."""


@contextmanager
def card_site(api: str) -> Iterator[None]:
    """Serve the site at `SITE_URL` while this is open, of the Holobase at an address.

    Raises CardSiteError without a fitting Node, or when the build fails.
    """
    node = _require_node()
    environment = env.for_child(HOLOBASE_URL=api, NEXT_TELEMETRY_DISABLED="1")
    _build(api, environment)
    program = SITE / "node_modules" / "next" / "dist" / "bin" / "next"
    port = str(urlsplit(settings.SITE_URL).port or 80)
    command = [node, str(program), "start", "--port", port]
    # Ctrl-C is for the server, which then ends the site.
    process = subprocess.Popen(command, cwd=SITE, env=environment, process_group=0)  # noqa: S603 - our own
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _require_node() -> str:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise CardSiteError(
            "The card site needs Node.js 20.9 or newer, with npm: https://nodejs.org"
        )
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - found on the path
    if tuple(map(int, re.findall(r"\d+", told)[:2])) < LEAST_NODE:
        raise CardSiteError(
            f"The card site needs Node.js 20.9 or newer, and this is {told.strip()}."
        )
    return node


def _build(api: str, environment: Mapping[str, str]) -> None:
    """Build the client, then the site, where what they are made of is newer than they are."""
    if _is_older(CLIENT / "dist" / "index.js", _sources(CLIENT)):
        _install(CLIENT, environment)
        _npm(CLIENT, environment, "run", "build")
    built, built_for = SITE / ".next" / "BUILD_ID", SITE / ".next" / "HOLOBASE_URL"
    is_for_another = not built_for.exists() or built_for.read_text() != api
    if is_for_another or _is_older(built, chain(_sources(SITE), _sources(CLIENT))):
        _install(SITE, environment)
        _npm(SITE, environment, "run", "build")
        built_for.write_text(api)


def _install(folder: Path, environment: Mapping[str, str]) -> None:
    if _is_older(folder / "node_modules" / ".package-lock.json", [folder / "package-lock.json"]):
        _npm(folder, environment, "ci")


def _npm(folder: Path, environment: Mapping[str, str], *arguments: str) -> None:
    try:
        subprocess.run(["npm", *arguments], cwd=folder, env=environment, check=True)  # noqa: S603, S607 - our own package
    except subprocess.CalledProcessError as failure:
        raise CardSiteError(f"“npm {' '.join(arguments)}” failed in {folder}.") from failure


def _sources(folder: Path) -> Iterator[Path]:
    """Yield the files that a package is built from."""
    yield from folder.glob("*.json")
    for part in ("src", "messages"):
        yield from (path for path in (folder / part).rglob("*") if path.is_file())


def _is_older(made: Path, sources: Iterable[Path]) -> bool:
    """Return whether a file is missing, or older than one that it is made from."""
    if not made.exists():
        return True
    return any(source.stat().st_mtime > made.stat().st_mtime for source in sources)
