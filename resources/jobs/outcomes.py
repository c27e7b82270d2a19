"""How else than by an answer or an error of its own a job can end, or stop for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class PermanentFailure(Exception):
    """A failure that no further attempt would mend; raised by jobs, it is the last."""


class TimeLimitExceeded(Exception):
    """An attempt took longer than the job's time limit."""


class WorkerDied(Exception):
    """A worker ended in the middle of an attempt."""


class JobStopped(BaseException):
    """Base of what ends an attempt without being a failure; passes by `except Exception`."""


class LeaseLost(JobStopped):
    """Another worker has the job by now: nothing of this attempt may be committed any more."""


class JobCancelled(JobStopped):
    """Somebody asked for the job to be cancelled."""


class JobInterrupted(JobStopped):
    """The worker was asked to end; another goes on from the checkpoint."""


class JobPostponed(JobStopped):
    """The job waits for a time or, until then, for news of what `awaits` names.

    `has_come` is asked again once the wait is stored: news may come just while it begins.
    """

    def __init__(self, until: datetime, awaits: str, has_come: Callable[[], bool]) -> None:
        super().__init__(until, awaits)
        self.until = until
        self.awaits = awaits
        self.has_come = has_come
