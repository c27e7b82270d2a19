"""The admin of background jobs: how far they are, why they failed, cancelling and retrying."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from resources.admin.derived import DeclaredAdmin
from resources.admin.records import is_admin
from resources.models import Job

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from resources.actors import Actor
    from resources.declaration import RecordAction


@admin.register(Job)
class JobAdmin(DeclaredAdmin):
    """All jobs, those too that the API does not show; for admins alone."""

    list_display = (
        "name",
        "state",
        "progress",
        "asked_by",
        "attempts",
        "run_at",
        "finished_at",
        "error",
    )
    list_filter = ("state", "queue", "is_tracked", "created_at")
    search_fields = ("name", "error")
    ordering = ("-created_at",)
    extra_fields = ("path", "arguments", "queue", "priority", "attempts", "worker_id", "traceback")

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.select_related("asked_by")

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_admin(request)

    @override
    def run_declared(
        self, action: RecordAction, by: Actor, row: Model, sent: dict[str, str]
    ) -> None:
        """Run an action on a job, whether or not the API shows it; raises Problem."""
        action.service(row, by=by, **sent)

    @admin.display(description=_("progress"))
    def progress(self, job: Job) -> SafeString | str:
        """Return how many steps are done as a bar, and what the job is doing."""
        if not job.total:
            return job.text or "-"
        bar = '<progress class="w-24" value="{}" max="{}"></progress> {} / {} {}'
        return format_html(bar, job.done, job.total, job.done, job.total, job.text)
