"""Stored files over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from files.access.fetching import permitted_fetch
from files.access.signatures import NO_TRANSFORM
from files.content_types import is_shown_inline
from files.serving.answers import serve
from files.serving.content import Content
from files.transforms.resolving import resolved
from files.transforms.transform import requested_transform
from files.transforms.variants import made_variant, variant
from resources.api import Problem

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from files.access.fetching import Fetch
    from files.models import File, Variant
    from files.pictures.picture import Rendering
    from files.transforms.transform import Transform

METHODS = ("GET", "HEAD", "OPTIONS")
MADE = "holobase.variant"
"""The name in the ASGI scope of a variant that was made for the request."""
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    # An <img> of a page that isolates itself (Cross-Origin-Embedder-Policy) shows it, too.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag"
    ),
}
PREFLIGHT = {
    "Allow": ", ".join(METHODS),
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": (
        "Authorization, Cache-Control, If-Match, If-Modified-Since, If-None-Match, If-Range,"
        " If-Unmodified-Since, Pragma, Range, X-Requested-With"
    ),
    "Access-Control-Max-Age": "3600",
}


@require_http_methods(METHODS)
def stored_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send a stored file, whole or a range of it, to whoever may see a record that shows it."""
    if request.method == "OPTIONS":
        response: HttpResponseBase = HttpResponse(status=204, headers=PREFLIGHT)
    else:
        try:
            response = _answer(request, key)
        except Problem as problem:
            response = problem.response()
            # What is not there, or not for this actor, may be soon.
            response["Cache-Control"] = "no-store"
            response["Vary"] = "Authorization"
    for name, value in ANY_ORIGIN.items():
        response[name] = value
    return response


class Unmade(NamedTuple):
    """A variant that is asked for and has yet to be made."""

    file: File
    rendering: Rendering


def variant_to_make(request: HttpRequest, key: str) -> Unmade | None:
    """Return the variant that `stored_file` would have to make for a request, if it would.

    Whoever can wait without a thread has it made first.
    """
    try:
        transform = requested_transform(request.GET.dict())
        file = permitted_fetch(request, key, str(transform or NO_TRANSFORM)).file
        rendering = _rendering(request, file, transform)
    except Problem:
        return None
    is_there = rendering is None or made_variant(file, rendering) is not None
    return None if rendering is None or is_there else Unmade(file, rendering)


def _answer(request: HttpRequest, key: str) -> HttpResponseBase:
    """Find out what may be fetched, choose its bytes, send them; raises Problem."""
    transform = requested_transform(request.GET.dict())
    fetch = permitted_fetch(request, key, str(transform or NO_TRANSFORM))
    return serve(request, _content(request, fetch, transform))


def _made(request: HttpRequest) -> Variant | None:
    """Return the variant that was made for this request just now."""
    made: Variant | None = getattr(request, "scope", {}).get(MADE)
    return made


def _rendering(request: HttpRequest, file: File, transform: Transform | None) -> Rendering | None:
    """Return the variant that answers a transform, None for the original; raises Problem 400."""
    if transform is None:
        return None
    return resolved(transform, file, request.headers.get("Accept", ""))


def _content(request: HttpRequest, fetch: Fetch, transform: Transform | None) -> Content:
    """Return the bytes that the request asks for: those of the file, or of a variant of it."""
    file = fetch.file
    vary = [fetch.vary, "Accept" if transform and transform.format == "auto" else ""]
    rendering = _rendering(request, file, transform)
    chosen = (_made(request) or variant(file, rendering)) if rendering else None
    source = chosen if chosen and chosen.digest else file
    extension = source.key.rpartition(".")[2]
    return Content(
        key=source.key,
        size=source.size or 0,
        content_type=source.content_type,
        tag=source.entity_tag,
        modified_at=file.created_at,
        name=f"{file.pk.hex}.{extension}",
        cache_control=fetch.cache_control,
        cache_tag=fetch.cache_tag,
        is_download=request.GET.get("download") == "1" or not is_shown_inline(source.content_type),
        vary=", ".join(filter(None, vary)),
    )
