"""A copy of one's data over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from resources.api import (
    JSON,
    HttpAnswer,
    not_visible,
    record_reference,
    record_uuid,
    registry,
    view_record,
)
from users.models import Export
from users.services.exports import ready_export, request_export
from users.services.sessions import require_fresh
from users.tasks import build_export
from users.views.endpoints import MemberView, caller_behind

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

EXPORTS = registry.resource_of(Export)


class ExportView(MemberView):
    """Ask for an archive."""

    @extend_schema(
        operation_id="exports.create",
        tags=["exports"],
        request=None,
        responses={202: record_reference(EXPORTS)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Have an archive of everything of yours put together, after confirming that it is you.

        Look at the record in `exports` until its `state` is `ready`, then fetch the archive.
        """
        actor = self.person(request)
        user = require_fresh(actor).user
        with transaction.atomic():
            export = request_export(user, by=actor, caller=caller_behind(request))
            build_export.asked_by(actor).enqueue(str(export.pk))
        answer = view_record(EXPORTS, actor, str(export.pk))
        location = f"/api/v1/{EXPORTS}/{export.pk}"
        return HttpAnswer(202, answer.body, {"Content-Type": JSON, "Location": location}).response()


class ArchiveView(MemberView):
    """Fetch an archive."""

    @override
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer whatever is accepted: an archive comes in one form."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="exports.fetchArchive",
        tags=["exports"],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, record_id: str) -> HttpResponseBase:
        """Fetch an archive of yours as a ZIP file, while it is kept."""
        user_id = self.person(request).id
        export = ready_export(user_id, record_uuid(record_id)) if user_id else None
        if export is None:
            raise not_visible()
        try:
            archive = default_storage.open(export.key)
        except FileNotFoundError:
            raise not_visible() from None
        name = f"holobase-{export.created_at:%Y-%m-%d}.zip"
        response = FileResponse(archive, as_attachment=True, filename=name)
        response["Content-Type"] = "application/zip"
        response["Content-Length"] = str(export.size)
        return response
