"""The engine's own resource: jobs in the background."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from resources.declaration import RecordAction, Resource
from resources.jobs.queue import cancel_job, retry_job
from resources.jobs.workflows import send_signal
from resources.models import Job
from resources.registry import register
from resources.rules import has_role, own, where

MINE = own("asked_by")
ADMINS = has_role("admin")
STAFF = has_role("moderator", "admin")
TRACKED = where(is_tracked=True)


class SignalInput(serializers.Serializer[object]):
    """What a workflow is told."""

    name = serializers.CharField(max_length=80, label=_("signal"))
    payload = serializers.JSONField(required=False, allow_null=True, label=_("payload"))


@register(Job)
class JobResource(Resource):
    """Work in the background: an archive that is put together, say. Its topic tells its progress.

    `done` of `total` steps are done, if it has steps; `text` says what it is at. It has ended when
    its `state` is `done`, with a `result`, or `failed` or `cancelled`.
    """

    fields = (
        "id",
        "name",
        "asked_by",
        "state",
        "done",
        "total",
        "text",
        "result",
        "error",
        "is_cancelling",
        "run_at",
        "started_at",
        "finished_at",
        "created_at",
    )
    readers = {"error": STAFF}
    expand = ("asked_by",)

    view = TRACKED & (MINE | STAFF)
    list = TRACKED & (MINE | STAFF)

    filters = ("asked_by", "state", "name", "created_at")
    ordering = ("-created_at",)

    actions = (
        RecordAction("cancel", "POST", MINE | ADMINS, cancel_job, _("cancel")),
        RecordAction("retry", "POST", ADMINS, retry_job, _("try again")),
        RecordAction("signal", "POST", ADMINS, send_signal, _("send a signal"), SignalInput),
    )
