"""The product under attack: served from a checkout with all its limits as they are by default."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import served
from tests.migrated import fill_with_migrated_database
from tests.servers import postgresql, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.json_text import JsonObject

BACKEND_VARIABLES = ("DATABASE_URL", "REDIS_URL", "S3_", "THROTTLE_", "MOST_")


@dataclass(frozen=True)
class Target:
    """The running product, and who and what there is in it."""

    served: served.Served
    known: JsonObject

    def memory(self) -> int:
        """Return the bytes of memory of all processes."""
        return self.served.memory()


@contextmanager
def target(source: Path, folder: Path, *, on_postgresql: bool, cards: int) -> Iterator[Target]:
    """Fill the product of a checkout with cards and serve it on a free port."""
    if not on_postgresql:
        with _served(source, folder, {}, cards) as found:
            yield found
        return
    with postgresql() as database, valkey() as redis:
        urls = {"DATABASE_URL": database, "REDIS_URL": redis}
        with _served(source, folder, urls, cards) as found:
            yield found


@contextmanager
def _served(source: Path, folder: Path, urls: dict[str, str], cards: int) -> Iterator[Target]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(BACKEND_VARIABLES)}
    environment = kept | urls
    environment |= {
        "HOLOBASE_DATA": str(folder),
        "ACCESS_TOKEN_MINUTES": "600",
        "LOG_LEVEL": "WARNING",
    }
    if source == served.ROOT and not urls:
        fill_with_migrated_database(folder)
    known = served.filled(cards, environment, source)
    # With its start-up checks, as operators start it: they load what the first requests need.
    command = [sys.executable, "manage.py", "serve", "--port"]
    with served.serving(command, folder, "/healthz", environment, source) as running:
        yield Target(running, known)
