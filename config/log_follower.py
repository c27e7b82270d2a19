"""The worker's thread that runs the log consumers, beside tasks that may take minutes."""

from __future__ import annotations

import logging
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Self, override

from django.db import InterfaceError, OperationalError, connection

from resources.log_consumers import ConsumerRun, batches, consumers
from resources.models import ConsumerPosition

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger("holobase.consumers")

LOOKS_EVERY = 0.5
"""Seconds between two looks at the log, when there was nothing new."""
LAST_WAIT = 10.0
"""Seconds that the end of the worker waits for the batch that is under way."""


class LogFollower(Thread):
    """Runs all log consumers from entering it as a context to leaving it."""

    def __init__(self) -> None:
        super().__init__(name="log-consumers", daemon=True)
        self.is_over = Event()

    def __enter__(self) -> Self:
        """Begin."""
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End after the batch that is under way."""
        self.is_over.set()
        self.join(LAST_WAIT)

    @override
    def run(self) -> None:
        """Follow the log; without a database, wait for one."""
        runs = [ConsumerRun(consumer) for consumer in consumers.values()]
        while not self.is_over.is_set():
            if not self._is_busy(runs):
                self.is_over.wait(LOOKS_EVERY)
        connection.close()

    def _is_busy(self, runs: Iterable[ConsumerRun]) -> bool:
        """Advance each consumer once; return whether there may be more to do at once."""
        try:
            return self._has_advanced(runs)
        except (OperationalError, InterfaceError) as failure:
            logger.warning("the log consumers lack the database: %s", str(failure).strip())
        except Exception:
            logger.exception("the log consumers failed")
        finally:
            connection.close_if_unusable_or_obsolete()
        return False

    def _has_advanced(self, runs: Iterable[ConsumerRun]) -> bool:
        """Have the consumers handle a page, and rest after each batch as long as it took.

        So requests have the database, and on a single core the processor, for half of the time at
        least. Return whether there was anything to do.
        """
        is_busy = False
        began = monotonic()
        for _batch in batches(runs):
            is_busy = True
            if self.is_over.wait(monotonic() - began):
                break
            began = monotonic()
        return is_busy


def failing_consumers() -> dict[str, str]:
    """Return the log consumers whose next change could not be handled yet, and by what error.

    The error's message is left out: it may tell of a record.
    """
    failing = ConsumerPosition.objects.filter(failures__gt=0).values_list("name", "error")
    return {name: error.partition(":")[0] for name, error in failing}
