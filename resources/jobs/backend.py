"""The backend of Django's tasks that keeps each as a row of `Job`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, override

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.tasks import TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.tasks.base import TaskError
from django.tasks.exceptions import TaskResultDoesNotExist
from django.tasks.signals import task_enqueued
from django.utils import timezone

from resources.jobs import queue
from resources.jobs.arguments import encoded
from resources.jobs.declaration import JobTask, task_of
from resources.jobs.runner import run_job
from resources.models import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.tasks import Task

STATUSES: Mapping[str, TaskResultStatus] = {
    JobState.WAITING: TaskResultStatus.READY,
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.DONE: TaskResultStatus.SUCCESSFUL,
    JobState.FAILED: TaskResultStatus.FAILED,
    JobState.CANCELLED: TaskResultStatus.FAILED,
}
"""What Django calls the states."""


class JobBackend(BaseTaskBackend):
    """Stores tasks in the database, for workers of any number."""

    task_class = JobTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    @override
    def enqueue[**P, R](
        self, task: Task[P, R], args: Sequence[object], kwargs: Mapping[str, object]
    ) -> TaskResult[P, R]:
        """Store a call; raises TypeError when the arguments don't fit the function."""
        self.validate_task(task)
        declared = cast("JobTask[P, R]", task)
        job = self.put(declared, encoded(declared.func, args, kwargs))
        result = task_result(job, declared)
        task_enqueued.send(type(self), task_result=result)
        return result

    def put[**P, R](self, task: JobTask[P, R], arguments: object) -> Job:
        """Store a call whose arguments have been checked."""
        return queue.put(
            name=task.name,
            path=task.module_path,
            arguments=arguments,
            queue=task.queue_name,
            priority=task.priority,
            is_tracked=task.is_tracked,
            asked_by_id=task.asker_id,
            run_at=task.run_after or timezone.now(),
        )

    @override
    def get_result(self, result_id: str) -> TaskResult[..., object]:
        """Return how far a task is; raises TaskResultDoesNotExist."""
        try:
            job = Job.objects.get(pk=result_id)
        except (ObjectDoesNotExist, ValidationError, ValueError) as error:
            raise TaskResultDoesNotExist(result_id) from error
        return task_result(job, task_of(job))


class ImmediateJobBackend(JobBackend):
    """Stores tasks and runs those that are due at once: for tests, and where there is no worker."""

    @override
    def put[**P, R](self, task: JobTask[P, R], arguments: object) -> Job:
        job = super().put(task, arguments)
        if job.run_at <= timezone.now():
            queue.hold(job, "immediate")
            run_job(job)
            job.refresh_from_db()
        return job


def task_result[**P, R](job: Job, task: JobTask[P, R]) -> TaskResult[P, R]:
    """Return a job in Django's words."""
    status = STATUSES[job.state]
    failed = [TaskError(exception_class_path=job.error.partition(":")[0], traceback=job.traceback)]
    result = TaskResult(
        task=task,
        id=str(job.pk),
        status=status,
        enqueued_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        last_attempted_at=job.started_at,
        args=job.arguments["args"],
        kwargs=job.arguments["kwargs"],
        backend=task.backend,
        errors=failed if status == TaskResultStatus.FAILED else [],
        worker_ids=[job.worker_id] * job.attempts,
    )
    # Frozen, as Django's own backends find it.
    object.__setattr__(result, "_return_value", job.result)
    return result
