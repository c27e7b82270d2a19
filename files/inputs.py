"""Pictures as clients send them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, override
from uuid import UUID

from django.core.exceptions import ValidationError as ModelValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from files.models import File
from files.services import store_picture
from files.tasks import describe_picture

if TYPE_CHECKING:
    from resources.actors import Actor


@extend_schema_field({"type": "string", "format": "uuid"})
class PictureInput(serializers.Field[Any, Any, Any, Any]):
    """A picture: its bytes in a multipart form, or the id of one that the actor has sent before."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Send a picture in a multipart form, or the id of one of yours."),
    }

    @override
    def to_internal_value(self, data: Any) -> File:
        actor: Actor = self.context["actor"]
        if isinstance(data, UploadedFile):
            return self._stored(actor, data)
        try:
            return File.objects.get(pk=UUID(str(data)), owner_id=actor.id)
        except (ValueError, File.DoesNotExist):
            self.fail("invalid")

    @staticmethod
    def _stored(actor: Actor, upload: Any) -> File:
        try:
            file = store_picture(by=actor, upload=upload.file, name=upload.name or "")
        except ModelValidationError as error:
            raise serializers.ValidationError(error.messages[0], code=error.code) from None
        transaction.on_commit(partial(describe_picture.enqueue, str(file.pk)))
        return file

    @override
    def to_representation(self, value: File) -> str:
        return str(value.pk)
