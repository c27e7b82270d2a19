"""Uploads as attachments."""

from __future__ import annotations

from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from files.content_types import EXTENSIONS, START_BYTES, content_type_of

if TYPE_CHECKING:
    from files.policies import FilePolicy


def read_attachment(upload: BinaryIO, policy: FilePolicy) -> tuple[str, int]:
    """Return the content type and the size of an upload that a column takes.

    Raises ValidationError `too_large` or `wrong_type`.
    """
    size = upload.seek(0, SEEK_END)
    if size > policy.most_bytes:
        most = filesizeformat(policy.most_bytes)
        raise ValidationError(_("A file has %(most)s at most here.") % {"most": most}, "too_large")
    upload.seek(0)
    content_type = content_type_of(upload.read(START_BYTES))
    if content_type is None or content_type not in policy.types:
        allowed = ", ".join(sorted(EXTENSIONS[each] for each in policy.types))
        message = _("This is no file that this field takes: send %(allowed)s.")
        raise ValidationError(message % {"allowed": allowed}, "wrong_type")
    return content_type, size
