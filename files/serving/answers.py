"""From a request and what it asks for to an answer (RFC 9110, 13.2.2: in this order)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import http_date

from files.serving.conditions import is_range_wanted, is_unchanged, require_match
from files.serving.handing_over import handed_over
from files.serving.ranges import Extent, requested_extent, whole
from files.serving.stored_bytes import stored_bytes
from resources.api import not_visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from files.serving.content import Content
    from files.serving.stored_bytes import StoredBytes

PIECE_BYTES = 128 * 1024
"""Bytes that are read before anything is sent, which is all of most variants."""


class StoredBytesResponse(StreamingHttpResponse):
    """An answer whose body is an extent of stored bytes.

    The server reads `source` by itself, piece by piece as the client takes them; as a stream it is
    the same bytes.
    """

    def __init__(self, source: StoredBytes, extent: Extent, status: int) -> None:
        self.source = source
        self.extent = extent
        self.first_piece = source.read(extent.first, min(PIECE_BYTES, extent.length))
        super().__init__(self._pieces(), status=status)
        self["Content-Length"] = str(extent.length)

    def _pieces(self) -> Iterator[bytes]:
        piece, at = self.first_piece, self.extent.first
        while piece:
            yield piece
            at += len(piece)
            piece = self.source.read(at, min(PIECE_BYTES, self.extent.last + 1 - at))


def serve(request: HttpRequest, content: Content) -> HttpResponseBase:
    """Answer a GET or HEAD of stored bytes; raises Problem 404, 412, 416 or 503."""
    headers = request.headers
    require_match(headers, content)
    if is_unchanged(headers, content):
        return _described(HttpResponse(status=304), content)
    elsewhere = handed_over(request.method, content)
    if elsewhere:
        return _described(elsewhere, content)
    extent = None
    if request.method == "GET" and is_range_wanted(headers, content):
        extent = requested_extent(headers.get("Range", ""), content.size)
    source = stored_bytes(content.key)
    try:
        if request.method == "HEAD":
            source.require()
            return _described(_without_body(content.size), content)
        response = StoredBytesResponse(
            source, extent or whole(content.size), 206 if extent else 200
        )
    except FileNotFoundError:
        # A crash between the row and the bytes leaves a row alone.
        raise not_visible() from None
    if extent:
        response["Content-Range"] = f"bytes {extent.first}-{extent.last}/{content.size}"
    return _described(response, content)


def _without_body(size: int) -> HttpResponse:
    return HttpResponse(headers={"Content-Length": str(size)})


def _described(response: HttpResponseBase, content: Content) -> HttpResponseBase:
    for name, value in content.headers().items():
        response.setdefault(name, value)
    response["Content-Type"] = content.content_type
    response["ETag"] = content.tag
    response["Last-Modified"] = http_date(content.modified_at.timestamp())
    response["Accept-Ranges"] = "bytes"
    return response
