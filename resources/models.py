"""What every record has, and the engine's own tables: changes, search entries, kept answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, override

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.fields import RecordIdField, RowImageField
from resources.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    headers = models.JSONField[Any, Any](default=dict)
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
