"""The job of the test: steps that leave a row each, twice if they are done twice."""

from __future__ import annotations

from functools import partial
from uuid import UUID  # noqa: TC003 - arguments are read by it

from resources.jobs.context import JobContext  # noqa: TC001 - as above
from resources.jobs.declaration import LONG, job
from resources.models import JobSignal


@job(queue=LONG, is_tracked=True)
def leave_rows(context: JobContext, steps: int) -> int:
    """Leave a row for each of so many steps."""
    leave = partial(leave_row, context.job.pk)
    return context.for_each(range(steps), leave, name="rows")


def leave_row(job_id: UUID, number: int) -> None:
    """Leave a row, which nothing keeps from being there twice."""
    JobSignal.objects.create(job_id=job_id, name=str(number))
