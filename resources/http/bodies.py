"""Bodies in JSON, read alike by every view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.parsers import JSONParser

from resources.errors import Problem
from resources.json_text import JsonError, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO


class JsonBody(JSONParser):
    """Django REST framework's door to `parsed_body`; JSON is UTF-8 whatever a charset says."""

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read and parse a body; raises Problem 400, RequestDataTooBig."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise RequestDataTooBig
        return parsed_body(body)


def parsed_body(body: bytes) -> Any:
    """Parse a body, of which none at all is an empty object; raises Problem 400."""
    try:
        return read_json(body or b"{}")
    except JsonError as error:
        detail = _("The body is no JSON: %(reason)s") % {"reason": error}
        raise Problem(400, "parse_error", detail) from None
