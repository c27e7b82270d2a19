"""Rows about the installation itself: which workers are alive, and which secrets it has."""

from __future__ import annotations

from typing import override

from django.db import models

from resources.sealing import SealedField


class WorkerHeartbeat(models.Model):
    """When a background worker last said that it is alive; one row a worker."""

    worker_id = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.worker_id


class KeyCheck(models.Model):
    """Known texts under the installation's secrets, so that other secrets are found out.

    There is one row. Being sealed, `known_text` takes part in every rotation of the sealing keys.
    """

    known_text = SealedField()
    blind_index = models.CharField(max_length=64)
    secret_key = models.CharField(max_length=64)

    @override
    def __str__(self) -> str:
        return f"KeyCheck {self.pk}"


class FormerTask(models.Model):
    """A task as django-tasks-db kept it, where the site was made by an earlier version."""

    id = models.UUIDField(primary_key=True)
    status = models.CharField(max_length=10)
    task_path = models.TextField()
    args_kwargs = models.JSONField()
    priority = models.IntegerField()
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "django_tasks_db_dbtaskresult"

    @override
    def __str__(self) -> str:
        return self.task_path
