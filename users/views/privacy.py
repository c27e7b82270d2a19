"""A copy of one's data over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes

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
from users.tasks import build_export
from users.views.endpoints import (
    FreshMemberView,
    MemberCall,
    MemberView,
    Result,
    member_endpoint,
)

if TYPE_CHECKING:
    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request

EXPORTS = registry.resource_of(Export)


@member_endpoint(
    view=FreshMemberView,
    operation_id="exports.create",
    tags=["exports"],
    responses={202: record_reference(EXPORTS)},
)
def ask_for_export(call: MemberCall) -> Result:
    """Have an archive of everything of yours put together, after confirming that it is you.

    Look at the record in `exports` until its `state` is `ready`, then fetch the archive.
    """
    with transaction.atomic():
        export = request_export(call.user, by=call.actor, caller=call.caller)
        build_export.asked_by(call.actor).enqueue(str(export.pk))
    answer = view_record(EXPORTS, call.actor, str(export.pk))
    location = f"/api/v1/{EXPORTS}/{export.pk}"
    return HttpAnswer(202, answer.body, {"Content-Type": JSON, "Location": location}).response()


class ArchiveView(MemberView):
    """Answers whatever is accepted: an archive comes in one form."""

    @override
    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        return super().perform_content_negotiation(request, force=True)


@member_endpoint(
    view=ArchiveView,
    method="get",
    operation_id="exports.fetchArchive",
    tags=["exports"],
    responses={(200, "application/zip"): OpenApiTypes.BINARY},
)
def fetch_archive(call: MemberCall, record_id: str) -> Result:
    """Fetch an archive of yours as a ZIP file, while it is kept."""
    export = ready_export(call.user.pk, record_uuid(record_id))
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
