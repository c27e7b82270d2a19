"""Uploads over HTTP, but for their bytes: those are taken in front of Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from files.models import Upload
from files.uploads import answers, claims, protocol
from files.uploads.concatenation import concatenate
from files.uploads.ending import end_upload
from files.uploads.finishing import finish, require_not_refused
from files.uploads.opening import count_creation, member_id, open_upload
from files.uploads.presigned import (
    addresses,
    begin_presigned,
    complete_presigned,
    require_presigned,
)
from files.uploads.receiving import upload_uuid
from files.uploads.schema import (
    CREATE,
    HEAD,
    OUTPUT,
    PATCH,
    TERMINATE,
    CompletionInput,
    NumbersInput,
    PresignedInput,
    PresignedOutput,
)
from resources.api import (
    Problem,
    actor_behind,
    address_of_request,
    note_limits,
    with_limits,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework import serializers
    from rest_framework.request import Request

    from resources.api import Actor, JsonObject


class TusView(APIView):
    """A view whose answers all tell the version of the protocol."""

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = with_limits(super().dispatch(request, *args, **kwargs), request)
        response.setdefault("Tus-Resumable", protocol.VERSION)
        return response

    @extend_schema(exclude=True)
    @override
    def options(self, request: HttpRequest, *args: object, **kwargs: object) -> Any:
        """Tell what this server can do."""
        return HttpResponse(status=204, headers=dict(protocol.capabilities()))


class UploadsView(TusView):
    """Where uploads begin."""

    @extend_schema(**CREATE)
    def post(self, request: Request) -> HttpResponse:
        """Begin an upload (tus 1.0, *creation*).

        The answer's `Location` is where the bytes go. `filename`, `filetype` and `field`, such as
        `cards.front`, are keys of `Upload-Metadata`.
        """
        headers = headers_of(request)
        protocol.require_version(headers)
        actor = member_behind(request)
        note_limits(request, dict(count_creation(actor, address_of_request(request))))
        creation = protocol.creation(headers)
        if creation.pieces:
            upload = concatenate(creation, by=actor)
        else:
            upload = open_upload(creation, by=actor)
        return answers.created(upload).response()


class UploadView(TusView):
    """One upload."""

    @extend_schema(operation_id="view_upload", tags=["uploads"], responses={200: OUTPUT})
    def get(self, request: Request, upload_id: str) -> HttpResponse:
        """Return how far an upload of yours is, and the id of the file that it has become.

        The `file` is then sent as any record's picture or attachment. Nothing is held up by asking.
        """
        upload = claims.find(upload_uuid(upload_id), member_behind(request))
        return answers.shown(upload).response()

    @extend_schema(**HEAD)
    def head(self, request: Request, upload_id: str) -> HttpResponse:
        """Say where to go on, and take the upload over: what still came in elsewhere ends.

        Whoever does not speak the protocol is answered as by GET, which holds nothing up.
        """
        if not protocol.speaks(headers_of(request)):
            return self.get(request, upload_id)
        protocol.require_version(headers_of(request))
        actor = member_behind(request)
        upload = claims.claim(upload_uuid(upload_id), actor)
        if upload.state == Upload.State.REFUSED:
            raise Problem(410, "refused", upload.refusal["detail"])
        _finish_if_possible(upload, actor)
        return answers.head(upload).response()

    @extend_schema(**PATCH)
    def patch(self, request: Request, upload_id: str) -> HttpResponse:
        """Send the next bytes, from `Upload-Offset` on (tus 1.0).

        Answered here is only what is no `application/offset+octet-stream`.
        """
        del request, upload_id
        detail = _("Send “Content-Type: application/offset+octet-stream”.")
        raise Problem(415, "unsupported_media_type", detail)

    @extend_schema(**TERMINATE)
    def delete(self, request: Request, upload_id: str) -> HttpResponse:
        """End an upload and delete what there is of it; the file it became stays (tus 1.0)."""
        upload = claims.claim(upload_uuid(upload_id), member_behind(request))
        if upload.kind != Upload.Kind.PRESIGNED:
            protocol.require_version(headers_of(request))
        end_upload(upload)
        return HttpResponse(status=204)


class PresignedView(APIView):
    """Where uploads straight to the bucket begin."""

    @extend_schema(
        operation_id="begin_presigned_upload",
        tags=["uploads"],
        request=PresignedInput,
        responses={201: PresignedOutput},
    )
    def post(self, request: Request) -> HttpResponse:
        """Begin an upload straight to the bucket; 409 `not_available` where there is none.

        PUT each part, as large as it says, to its address; then complete the upload.
        """
        actor = member_behind(request)
        note_limits(request, dict(count_creation(actor, address_of_request(request))))
        upload = begin_presigned(validated(PresignedInput, request), by=actor)
        return answers.shown(upload, 201, parts=addresses(upload)).response()


class PresignedPartsView(APIView):
    """Addresses of parts, anew."""

    @extend_schema(
        operation_id="renew_part_addresses",
        tags=["uploads"],
        request=NumbersInput,
        responses={200: PresignedOutput},
    )
    def post(self, request: Request, upload_id: str) -> HttpResponse:
        """Return addresses of some parts, or of all, that are good for another hour."""
        upload = claims.find(upload_uuid(upload_id), member_behind(request))
        require_presigned(upload)
        numbers = validated(NumbersInput, request)["numbers"]
        return answers.shown(upload, parts=addresses(upload, numbers)).response()


class CompletionView(APIView):
    """The end of uploads straight to the bucket."""

    @extend_schema(
        operation_id="complete_presigned_upload",
        tags=["uploads"],
        request=CompletionInput,
        responses={200: OUTPUT},
    )
    def post(self, request: Request, upload_id: str) -> HttpResponse:
        """Make a file of the parts; asked again, this answers the same.

        What they come to is checked as for any upload: 413 or 415 for what the field does not take.
        409 `not_complete` names the parts that are `missing`. Tags need only be sent where a part
        was sent twice with different bytes.
        """
        actor = member_behind(request)
        tags = {
            part["number"]: part["etag"] for part in validated(CompletionInput, request)["parts"]
        }
        upload = claims.claim(upload_uuid(upload_id), actor)
        require_presigned(upload)
        complete_presigned(upload, tags, by=actor)
        return answers.shown(upload).response()


def validated(serializer: type[serializers.Serializer[object]], request: Request) -> JsonObject:
    """Return what was sent, checked; raises ValidationError."""
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def headers_of(request: Request) -> Mapping[str, str]:
    """Return the headers of a request by their names in small letters."""
    return {name.lower(): value for name, value in request.headers.items()}


def member_behind(request: Request) -> Actor:
    """Return the actor who asks; raises Problem 401 for nobody."""
    actor = actor_behind(request)
    member_id(actor)
    return actor


def _finish_if_possible(upload: Upload, actor: Actor) -> None:
    """Finish an upload whose end was cut short; a client that hears of an error begins anew."""
    try:
        finish(upload, by=actor)
    except Problem as problem:
        if problem.status < 500:
            require_not_refused(upload)
            raise
