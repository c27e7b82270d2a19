"""The tasks that wait in the table of django-tasks-db, which kept them up to version 0.1.

A worker makes jobs of them: of those that waited when the site was upgraded, and of those that a
process of the former version enqueues while it is still there. The table is dropped by a later
version, when no process can write it any more.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from config.models import FormerTask
from resources.jobs import queue
from resources.jobs.arguments import encoded
from resources.jobs.declaration import task_of
from resources.jobs.outcomes import PermanentFailure
from resources.models import Job

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger("holobase.worker")

AT_ONCE = 100
LEFT_UNDONE = timedelta(hours=1)
"""After how long a task that is marked as running has lost its worker."""
AT_ONCE_YEAR = 9999
"""The year in which a task was due that should be run at once."""
WITHOUT_ATTEMPT: Mapping[str, int] = {
    "files.tasks.delete_bytes": 1,
    "files.tasks.purge": 1,
    "community.tasks.notifications.push_notification_again": 2,
}
"""Tasks that counted their own attempts in a last argument, and how many they had before it."""


def adopt_former_tasks() -> int:
    """Make jobs of the tasks that are left in the former table; return their number."""
    if not _has_table():
        return 0
    stranded = Q(status="RUNNING", started_at__lt=timezone.now() - LEFT_UNDONE)
    left = FormerTask.objects.filter(Q(status="READY") | stranded)
    if not left.exists():
        return 0
    with transaction.atomic():
        found = list(left.select_for_update(skip_locked=True)[:AT_ONCE])
        for task in found:
            _adopt(task)
            task.delete()
    logger.info("former tasks are jobs now", extra={"fields": {"count": len(found)}})
    return len(found)


@cache
def _has_table() -> bool:
    return FormerTask._meta.db_table in connection.introspection.table_names()


def _adopt(former: FormerTask) -> None:
    """Store a task as a job; one whose function is gone, or takes other arguments, is left out."""
    path, given = former.task_path, former.args_kwargs
    args = given["args"][: WITHOUT_ATTEMPT.get(path)]
    try:
        task = task_of(Job(path=path))
        arguments = encoded(task.func, args, given["kwargs"])
    except (PermanentFailure, TypeError):
        logger.exception("a former task can't be run", extra={"fields": {"task": path}})
        return
    is_due = former.run_after.year >= AT_ONCE_YEAR
    queue.put(
        name=task.name,
        path=path,
        arguments=arguments,
        queue=task.queue_name,
        priority=former.priority,
        is_tracked=False,
        run_at=timezone.now() if is_due else former.run_after,
    )
