"""Stored files over HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from files.models import File
from resources.api import Problem, is_known, is_whole_wanted, not_visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.base import File as StoredFile
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHUNK = 64 * 1024


@require_safe
def stored_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send a stored file, whole or a range of it (RFC 9110, 14), to whoever knows its address."""
    file = File.objects.filter(key=key).first()
    if file is None:
        return not_visible().response()
    tag = f'"{file.pk.hex}"'
    if is_known(request.headers.get("If-None-Match", ""), tag):
        return _with_headers(HttpResponse(status=304), file, request)
    if request.method == "HEAD":
        whole = HttpResponse(headers={"Content-Length": str(file.size)})
        return _with_headers(whole, file, request)
    try:
        wanted = request.headers.get("Range", "")
        if is_whole_wanted(request.headers.get("If-Range", ""), tag):
            wanted = ""
        return _with_headers(_content(file, wanted), file, request)
    except ValueError:
        unsatisfiable = {"Content-Range": f"bytes */{file.size}"}
        detail = _("The file has no such range.")
        return Problem(416, "bad_range", detail, headers=unsatisfiable).response()
    except FileNotFoundError:
        # A crash between the row and the bytes leaves a row alone.
        return not_visible().response()


def _content(file: File, range_header: str) -> HttpResponseBase:
    """Send the bytes asked for; raises ValueError for a range outside the file."""
    asked = _asked_range(range_header, file.size)
    if asked:
        return _partial(file, *asked)
    response = FileResponse(default_storage.open(file.key))
    response["Content-Length"] = str(file.size)
    return response


def _asked_range(header: str, size: int) -> tuple[int, int] | None:
    """Read a Range header of one range: first and last byte, None for one that means nothing.

    Raises ValueError for a range outside the file.
    """
    found = RANGE.fullmatch(header)
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), int(found[2] or size - 1)
        if found[2] and first > last:
            return None
    if first >= size:
        raise ValueError(header)
    return first, min(last, size - 1)


def _partial(file: File, first: int, last: int) -> HttpResponseBase:
    stored = default_storage.open(file.key)
    stored.seek(first)
    response = FileResponse(_chunks(stored, last - first + 1), status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    response["Content-Length"] = str(last - first + 1)
    return response


def _chunks(stored: StoredFile[bytes], length: int) -> Iterator[bytes]:
    with stored:
        while length > 0:
            chunk = stored.read(min(CHUNK, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk


def _with_headers(response: HttpResponseBase, file: File, request: HttpRequest) -> HttpResponseBase:
    name = f"{file.pk.hex}.{file.key.rpartition('.')[2]}"
    kind = "attachment" if request.GET.get("download") == "1" else "inline"
    response["Content-Type"] = file.content_type
    response["Content-Disposition"] = f'{kind}; filename="{name}"'
    response["ETag"] = f'"{file.pk.hex}"'
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Access-Control-Allow-Origin"] = "*"
    return response
