"""Bodies in JSON, read alike by every view."""

from __future__ import annotations

from copy import copy
from hashlib import sha256
from typing import TYPE_CHECKING, Any, override

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.parsers import JSONParser

from resources.errors import Problem
from resources.json_text import JsonError, read_json
from resources.text import composed_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO


class JsonBody(JSONParser):
    """Django REST framework's door to `parsed_body`; JSON is UTF-8 whatever a charset says."""

    @override
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> Any:
        """Read and parse a body; raises Problem 400, RequestDataTooBig."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise RequestDataTooBig
        return parsed_body(body)


def parsed_body(body: bytes) -> object:
    """Parse a body, of which none at all is an empty object; raises Problem 400."""
    try:
        return read_json(body or b"{}")
    except JsonError as error:
        detail = _("The body is no JSON: %(reason)s") % {"reason": error}
        raise Problem(400, "parse_error", detail) from None


def composed_data(data: object) -> object:
    """Return what a client sent with its texts in composed form, before they are measured."""
    if not isinstance(data, MultiValueDict):
        return composed_value(data)
    form = copy(data)
    for name, values in data.lists():
        form.setlist(name, [composed_value(value) for value in values])
    return form


def fingerprint_of(data: object) -> bytes:
    """Return the sent fields in a stable form, files by their content.

    A parsed body can't be read again, and a form sent again has other boundaries.
    """
    if not isinstance(data, dict):
        return repr(data).encode()
    lists = data.lists() if isinstance(data, QueryDict) else data.items()
    return repr([(name, _comparable(values)) for name, values in sorted(lists)]).encode()


def _comparable(value: object) -> object:
    if isinstance(value, list):
        return [_comparable(each) for each in value]
    if not isinstance(value, UploadedFile):
        return value
    value.seek(0)
    digest = sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
