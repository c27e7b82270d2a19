"""What OpenAPI says of uploads beyond the functions' names and docstrings."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from files.models import Upload
from files.uploads.protocol import CHUNK_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class UploadOutput(serializers.ModelSerializer[Upload]):
    """An upload: how far it is, and what has become of it."""

    file = serializers.UUIDField(allow_null=True)
    problem = serializers.DictField(allow_null=True)

    class Meta:
        model = Upload
        fields = (
            "id",
            "kind",
            "state",
            "name",
            "field",
            "length",
            "offset",
            "file",
            "problem",
            "created_at",
            "expires_at",
        )


class PresignedInput(serializers.Serializer[object]):
    """A file that is to go straight to the bucket."""

    name = serializers.CharField(max_length=200, allow_blank=True, default="")
    type = serializers.CharField(max_length=100, allow_blank=True, default="")
    field = serializers.CharField(max_length=100, allow_blank=True, default="")
    size = serializers.IntegerField(min_value=1, max_value=2**53)


class NumbersInput(serializers.Serializer[object]):
    """Which parts; none means all."""

    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=1_000, default=list
    )


class TagInput(serializers.Serializer[object]):
    """The `ETag` that the bucket answered a part with."""

    number = serializers.IntegerField(min_value=1)
    etag = serializers.CharField(max_length=100)


class CompletionInput(serializers.Serializer[object]):
    """Tags of parts, where the bucket may have several of one number."""

    parts = serializers.ListField(child=TagInput(), max_length=1_000, default=list)


class PartOutput(serializers.Serializer[object]):
    """Where to PUT a part."""

    number = serializers.IntegerField()
    size = serializers.IntegerField()
    url = serializers.CharField()


class PresignedOutput(UploadOutput):
    """An upload straight to the bucket."""

    parts = PartOutput(many=True)

    class Meta:
        model = Upload
        fields = (*UploadOutput.Meta.fields, "parts")


OUTPUT = UploadOutput


def header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    """Describe a header of a request."""
    return OpenApiParameter(
        name,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        required=required,
        description=description,
    )


def answered(name: str, description: str, *statuses: int) -> OpenApiParameter:
    """Describe a header of an answer."""
    return OpenApiParameter(
        name,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        response=list(statuses),
        description=description,
    )


TUS = header("Tus-Resumable", "`1.0.0`", required=True)
CHECKSUM = header("Upload-Checksum", "`sha256 <digest in base64>`; also `sha1` and `sha512`")
DONE = OpenApiResponse(description="done")
FILE = "the id of the file that the upload has become, once it is whole"


class TusOperation(TypedDict, total=False):
    """What `extend_schema` is told about an operation."""

    operation_id: str
    tags: Sequence[str]
    parameters: Sequence[OpenApiParameter]
    request: Mapping[str, OpenApiTypes]
    responses: Mapping[int, OpenApiResponse]


CREATE: TusOperation = {
    "operation_id": "create_upload",
    "tags": ["uploads"],
    "parameters": [
        TUS,
        header("Upload-Length", "bytes of the file"),
        header("Upload-Defer-Length", "`1` if the length is told later"),
        header("Upload-Metadata", "`filename <base64>,filetype <base64>,field <base64>`"),
        header("Upload-Concat", "`partial`, or `final;` and the addresses of pieces"),
        answered("Location", "where the bytes go", 201),
        answered("Upload-Offset", "how many bytes there are", 201),
        answered("Upload-File", FILE, 201),
    ],
    "request": {CHUNK_TYPE: OpenApiTypes.BINARY},
    "responses": {201: DONE},
}
HEAD: TusOperation = {
    "operation_id": "resume_upload",
    "tags": ["uploads"],
    "parameters": [
        TUS,
        answered("Upload-Offset", "how many bytes there are", 200),
        answered("Upload-Length", "how many there will be", 200),
        answered("Upload-Expires", "until when the upload is kept untouched", 200),
        answered("Upload-File", FILE, 200),
    ],
    "responses": {200: DONE},
}
PATCH: TusOperation = {
    "operation_id": "send_bytes",
    "tags": ["uploads"],
    "parameters": [
        TUS,
        header("Upload-Offset", "where the bytes belong", required=True),
        header("Upload-Length", "bytes of the file, if that was deferred"),
        CHECKSUM,
        answered("Upload-File", FILE, 204),
    ],
    "request": {CHUNK_TYPE: OpenApiTypes.BINARY},
    "responses": {204: DONE},
}
TERMINATE: TusOperation = {
    "operation_id": "end_upload",
    "tags": ["uploads"],
    "parameters": [TUS],
    "responses": {204: DONE},
}
