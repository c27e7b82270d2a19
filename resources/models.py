"""What every record has, and the engine's own tables: changes, search, kept answers, jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.fields import RecordIdField, RowImageField
from resources.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta


class Record(models.Model):
    """A row that can be a resource.

    `revision` counts the edits of the row's content; `updated_at` says when the last one was of
    which not only narrower `readers` may know. Columns named in `derived` are computed from other
    rows (counters, averages): a change of them is logged like any other but is nobody's edit.
    `counted_in` maps relations to the column of their target that counts rows like this one
    (`{"collection": "item_count"}`): services keep it, and the write door does when a row goes
    along with another. Columns named in `unlogged` never appear in the change log (password hashes,
    for one).
    """

    id = RecordIdField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    counted_in: ClassVar[Mapping[str, str]] = {}
    derived: ClassVar[frozenset[str]] = frozenset()
    unlogged: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True


class Action(models.TextChoices):
    """What a change did to its row."""

    CREATE = "create", _("created")
    UPDATE = "update", _("updated")
    DELETE = "delete", _("deleted")


class Change(models.Model):
    """One committed change of one row: the feed, the audit trail and the history at once.

    `before` and `after` hold the logged columns that changed, in database terms (attribute name to
    JSON value). `position` is the change's offset in the feed: on PostgreSQL a number that it gets
    once it is committed (see `resources.feed`), on SQLite, with its one writer at a time, its id.
    """

    id = models.BigAutoField(primary_key=True)
    assigned_position = models.BigIntegerField(null=True, editable=False, db_column="position")
    at = models.DateTimeField(_("at"), default=timezone.now)
    resource = models.CharField(_("resource"), max_length=40)
    record_id = RecordIdField(verbose_name=_("record"))
    action = models.CharField(_("action"), max_length=6, choices=Action)
    actor_id = RecordIdField(verbose_name=_("actor"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    before = RowImageField(verbose_name=_("before"), default=dict)
    after = RowImageField(verbose_name=_("after"), default=dict)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["resource", "record_id", "id"], name="change_by_record"),
            models.Index(fields=["at"], name="change_by_time"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.resource}/{self.record_id} {self.action}"

    @property
    def position(self) -> int:
        """Return the change's offset in the feed, once it has one."""
        return self.assigned_position or self.pk


class SearchEntry(models.Model):
    """That the terms of a record are in the full-text index, and a checksum of them."""

    id = models.BigAutoField(primary_key=True)
    resource = models.CharField(max_length=40)
    record_id = RecordIdField()
    digest = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["record_id", "resource"], name="one_entry_per_record")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.resource}/{self.record_id}"


class KeptAnswer(models.Model):
    """The answer to a POST with an `Idempotency-Key`, kept so that a repeat gets it again."""

    id = models.BigAutoField(primary_key=True)
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["actor", "key"], name="one_answer_per_key")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.actor} {self.key}"


class ConsumerPosition(models.Model):
    """How far in the feed a log consumer has come (see `resources.log_consumers`).

    `failures` counts how often the next change has been tried in vain; `retry_at` is when it is
    tried again.
    """

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField()
    failures = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    retry_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return f"{self.name} {self.position}"


class SkippedChange(models.Model):
    """A change that a log consumer could not handle and has left out."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=40)
    position = models.BigIntegerField()
    resource = models.CharField(max_length=40)
    record_id = RecordIdField()
    error = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return f"{self.consumer} {self.position}"


class JobState(models.TextChoices):
    """How far a job is."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    """The jobs that workers ask for."""

    def due(self) -> JobQuerySet:
        """Return the jobs that can be begun now, the next first."""
        waiting = self.filter(state=JobState.WAITING, run_at__lte=timezone.now())
        return waiting.order_by("-priority", "run_at", "id")

    def abandoned(self, lease: timedelta) -> JobQuerySet:
        """Return the running jobs whose worker has let its lease run out.

        One that lasts far longer than leases do is from before the clock was set back: a worker
        that is alive has renewed it since, or does at once.
        """
        ended = models.Q(leased_until__lt=Now()) | models.Q(leased_until__gt=Now() + 2 * lease)
        return self.filter(ended, state=JobState.RUNNING)

    def kept_by_clock(self) -> JobQuerySet:
        """Return the jobs that wait for a time that was now before the clock was set back.

        They were to be begun at once, or have been begun already, at what is now in the future.
        """
        now = timezone.now()
        at_once = models.Q(run_at__lte=models.F("created_at")) | models.Q(started_at__gt=now)
        return self.filter(at_once, state=JobState.WAITING, run_at__gt=now)

    def over(self) -> JobQuerySet:
        """Return the jobs that have ended, however."""
        return self.filter(state__in=OVER)


class TrackedJobs(models.Manager["Job"]):
    """The jobs that the API shows."""

    @override
    def get_queryset(self) -> models.QuerySet[Job]:
        return super().get_queryset().filter(is_tracked=True)


class Job(Record):
    """One call of a function in the background (see `resources.jobs`).

    `name` is the function's own name, `path` where it is imported from, `arguments` its JSON
    `{"args": […], "kwargs": {…}}`. A running job belongs to the worker that holds its `lease`, a
    text that is new for each attempt, until `leased_until`; who has lost it can commit nothing
    more. `attempts` counts those begun since the last step was done. `checkpoint` says which steps
    are done, and is committed with them. `done`, `total` and `text` are the progress.

    Only the changes of tracked jobs are in the log, and only those are rows of the resource
    `jobs`. `awaits` names the job, record or signal whose news ends a wait before `run_at`.
    """

    name = models.CharField(_("job"), max_length=80)
    path = models.CharField(max_length=200, editable=False)
    arguments = models.JSONField(_("arguments"), default=dict, editable=False)
    queue = models.CharField(_("queue"), max_length=32, default="default", editable=False)
    priority = models.SmallIntegerField(_("priority"), default=0, editable=False)
    is_tracked = models.BooleanField(_("shown by the API"), default=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="jobs",
        verbose_name=_("asked for by"),
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=JobState, default=JobState.WAITING)
    run_at = models.DateTimeField(_("begins at"), default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    worker_id = models.CharField(max_length=64, blank=True, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    checkpoint = models.JSONField(default=dict, editable=False)
    awaits = models.CharField(max_length=200, blank=True, editable=False)
    done = models.PositiveIntegerField(_("steps done"), default=0, editable=False)
    total = models.PositiveIntegerField(_("steps"), default=0, editable=False)
    text = models.CharField(_("what it is doing"), max_length=200, blank=True, editable=False)
    result = models.JSONField(_("result"), null=True, editable=False)
    error = models.CharField(_("error"), max_length=300, blank=True, editable=False)
    traceback = models.TextField(_("traceback"), blank=True, editable=False)
    is_cancelling = models.BooleanField(_("to be cancelled"), default=False, editable=False)
    started_at = models.DateTimeField(_("began at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    unlogged = frozenset(
        {
            "path",
            "arguments",
            "request_id",
            "attempts",
            "worker_id",
            "lease",
            "leased_until",
            "checkpoint",
            "awaits",
            "traceback",
        }
    )
    objects = JobQuerySet.as_manager()
    tracked = TrackedJobs()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        # What asks for the rows of the resource gets those that the log tells.
        default_manager_name = "tracked"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["queue", "-priority", "run_at", "id"],
                name="job_due",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["leased_until"], name="job_leased", condition=models.Q(state="running")
            ),
            models.Index(fields=["awaits"], name="job_awaiting", condition=~models.Q(awaits="")),
            models.Index(fields=["asked_by", "-created_at", "-id"], name="job_of_member"),
            models.Index(fields=["created_at"], name="job_by_age"),
            models.Index(fields=["state", "finished_at"], name="job_by_state"),
            models.Index(fields=["name", "-created_at"], name="job_by_name"),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class JobSignal(models.Model):
    """Something that a workflow has been told, and may be waiting for."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="signals")
    name = models.CharField(max_length=80)
    payload = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return self.name


class JobSchedule(models.Model):
    """When a schedule last enqueued its job."""

    name = models.CharField(max_length=80, primary_key=True)
    last_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.name
