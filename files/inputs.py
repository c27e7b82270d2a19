"""Files as clients send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, ClassVar, cast, override
from uuid import UUID

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from files.models import File
from files.services import discard_unused, store_file
from resources.api import UploadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile
    from django.utils.functional import _StrPromise

    from files.policies import FilePolicy
    from resources.api import Actor


@extend_schema_field({"type": "string", "format": "uuid"})
class FileInput(UploadInput):
    """A file: its bytes in a multipart form, or the id of one that the actor has sent before."""

    default_error_messages: ClassVar[dict[str, str | _StrPromise]] = {
        "invalid": _("Send a file in a multipart form, or the id of one of yours."),
        "wrong_type": _("This field takes no %(type)s."),
    }

    @override
    def store(self, upload: UploadedFile[bytes], *, by: Actor) -> object:
        try:
            return store_file(
                by=by,
                upload=cast("BinaryIO", upload.file),
                policy=self.column.policy,
                name=upload.name or "",
            )
        except ModelValidationError as error:
            return serializers.ValidationError(error.messages[0], code=error.code)

    @override
    def discard_unused(self, stored: Iterable[object]) -> None:
        discard_unused(file.pk for file in stored if isinstance(file, File))

    @override
    def to_internal_value(self, data: object) -> File:
        if isinstance(data, File):
            return data
        if isinstance(data, serializers.ValidationError):
            raise data
        actor: Actor = self.context["actor"]
        try:
            file = File.objects.get(pk=UUID(str(data)), owner_id=actor.id)
        except (ValueError, File.DoesNotExist):
            self.fail("invalid")
        policy: FilePolicy = self.column.policy
        if file.content_type not in policy.types:
            self.fail("wrong_type", type=file.content_type)
        return file

    @override
    def to_representation(self, value: File) -> str:
        return str(value.pk)
