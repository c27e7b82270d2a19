"""Documents that are the same for everyone: made once, and answered as bytes with an entity tag."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.csp import csp_override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.views import APIView

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """Finished bytes and their entity tag (RFC 9110, 8.8.3)."""

    body: bytes
    etag: str


class OpenApiDocuments:
    """The OpenAPI document in each language and format, made when it is first asked for.

    It is made by one thread at a time: drf-spectacular keeps what it works on in objects that all
    views of a class share.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[tuple[str, str], RenderedDocument] = {}

    def document(self, language: str, renderer: BaseRenderer) -> RenderedDocument:
        """Return the document in a language, as a renderer of drf-spectacular writes it."""
        key = (language, renderer.media_type)
        if key not in self._made:
            with self._lock:
                if key not in self._made:
                    self._made[key] = self._render(renderer)
        return self._made[key]

    @staticmethod
    def _render(renderer: BaseRenderer) -> RenderedDocument:
        rendered = renderer.render(SchemaGenerator().get_schema(public=True), None, {})
        body = cast("bytes", rendered)  # those of drf-spectacular encode what they write
        return RenderedDocument(body, f'"{sha256(body).hexdigest()[:32]}"')


documents = OpenApiDocuments()


class SchemaView(APIView):
    """The OpenAPI document: as YAML, or as JSON for `Accept: application/json`."""

    schema = None
    authentication_classes = ()
    renderer_classes = SpectacularAPIView.renderer_classes

    def get(self, request: Request) -> HttpResponseBase:
        """Answer the document, or 304 to whoever has it."""
        renderer = request.accepted_renderer
        found = documents.document(translation.get_language(), renderer)
        response = HttpResponse(found.body, content_type=f"{renderer.media_type}; charset=utf-8")
        response["ETag"] = found.etag
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        answer = get_conditional_response(request._request, etag=found.etag, response=response)
        return answer or response


schema = SchemaView.as_view()
docs = csp_override(settings.DOCS_CSP)(SpectacularSwaggerSplitView.as_view(url_name="schema"))
