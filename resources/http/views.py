"""The views of every resource, as Django and the documentation know them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, cast, override

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from resources.answers import JSON, HttpAnswer, answered
from resources.http.bodies import JsonBody
from resources.http.client_networks import address_of_request
from resources.http.reads import Read, answer_read
from resources.http.schema import BATCH_ANSWER, ResourceSchema
from resources.http.throttles import asking, require_room
from resources.http.writes import LIMITS, Write, answer_write
from resources.writing.batch import BatchInput, run_batch
from resources.writing.idempotency import once
from resources.writing.merge_patch import MEDIA_TYPE, as_merge_patch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request
    from rest_framework.response import Response

    from resources.actors import Actor
    from resources.declaration import RecordAction, Resource

READS = frozenset({"GET", "HEAD"})


class MergePatchParser(JsonBody):
    """Reads `application/merge-patch+json`."""

    media_type = MEDIA_TYPE

    @override
    def parse(self, *given: Any, **named: Any) -> Any:
        return as_merge_patch(super().parse(*given, **named))


class EngineView(APIView):
    """A view of one resource; its reads skip Django REST framework's request cycle."""

    schema = ResourceSchema()
    verb_of: ClassVar[dict[str, str]] = {}
    name_suffix: ClassVar[str] = ""
    resource: ClassVar[Resource]

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in READS and hasattr(self, "get"):
            return self.read(request, kwargs.get("record_id"))
        return super().dispatch(request, *args, **kwargs)

    def read(self, request: HttpRequest, record_id: str | None) -> HttpResponse:
        """Answer a GET or HEAD."""
        read = Read(
            self.resource,
            record_id,
            request.META.get("QUERY_STRING", ""),
            settings.PUBLIC_URL + request.path,
            request.META.get("HTTP_AUTHORIZATION", ""),
            request.META.get("HTTP_IF_NONE_MATCH", ""),
            address_of_request(request),
        )
        return answer_read(read).response(is_head=request.method == "HEAD")

    def write(
        self, request: Request, record_id: str = "", action: RecordAction | None = None
    ) -> HttpResponse:
        """Answer a request that changes something."""
        key = request.headers.get("Idempotency-Key")
        write = Write(
            self.resource,
            request.method or "",
            request.path,
            record_id,
            actor_behind(request),
            request.data,
            request.META.get("QUERY_STRING", ""),
            sent_fingerprint(request.data) if key is not None else b"",
            key,
            request.headers.get("If-Match", ""),
            request.headers.get("If-None-Match", ""),
            address_of_request(request),
            action,
            getattr(request._request, "scope", {}).get(LIMITS),
        )
        return answer_write(write).response()


class ListView(EngineView):
    """List and create."""

    verb_of: ClassVar[dict[str, str]] = {"GET": "list", "POST": "create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """List records (`dispatch` answers before this; it is here to be documented)."""
        return self.read(request, None)

    def post(self, request: Request) -> HttpResponse:
        """Create a record."""
        return self.write(request)


class RecordView(EngineView):
    """View, update and delete."""

    verb_of: ClassVar[dict[str, str]] = {"GET": "view", "PATCH": "update", "DELETE": "delete"}
    parser_classes = (*APIView.parser_classes, MergePatchParser)

    @override
    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code == 415 and self.request.method == "PATCH":
            response["Accept-Patch"] = ", ".join(each.media_type for each in self.parser_classes)
        return response

    def get(self, request: HttpRequest, record_id: str) -> HttpResponse:
        """View a record (`dispatch` answers before this; it is here to be documented)."""
        return self.read(request, record_id)

    def patch(self, request: Request, record_id: str) -> HttpResponse:
        """Update a record."""
        return self.write(request, record_id)

    def delete(self, request: Request, record_id: str) -> HttpResponse:
        """Delete a record."""
        return self.write(request, record_id)


class ActionView(EngineView):
    """The declared verbs at one sub-path of a record."""

    actions: ClassVar[Sequence[RecordAction]] = ()

    def run(self, request: Request, record_id: str) -> HttpResponse:
        """Run the action of the request's method."""
        action = next(action for action in self.actions if action.method == request.method)
        return self.write(request, record_id, action)


class BatchView(APIView):
    """Up to 50 writes in one transaction."""

    @extend_schema(
        operation_id="batch", request=BatchInput, responses={200: BATCH_ANSWER}, tags=["batch"]
    )
    def post(self, request: Request) -> HttpResponse:
        """Run several writes in one transaction, all or nothing."""
        actor = actor_behind(request)
        sent = BatchInput(data=request.data)
        sent.is_valid(raise_exception=True)
        writes = sent.validated_data["requests"]
        who = asking(actor, address_of_request(request))
        limits = require_room("write", *who, cost=len(writes))
        key = request.headers.get("Idempotency-Key")

        def answer() -> HttpAnswer:
            return HttpAnswer(200, run_batch(actor, writes), {"Content-Type": JSON})

        def answer_once() -> HttpAnswer:
            asked = (request.path, sent_fingerprint(request.data))
            return once(key, actor, asked, answer) if key is not None else answer()

        return answered(answer_once).with_headers(limits).response()


def actor_behind(request: Request) -> Actor:
    """Give the actor that the engine's authentication has put where Django has users."""
    return cast("Actor", request.user)


def sent_fingerprint(data: Any) -> bytes:
    """Return the sent fields in a stable form, files by their content.

    A parsed body can't be read again, and a form sent again has other boundaries.
    """
    if not isinstance(data, dict):
        return repr(data).encode()
    lists = data.lists() if isinstance(data, QueryDict) else data.items()
    return repr([(name, _comparable(values)) for name, values in sorted(lists)]).encode()


def _comparable(value: Any) -> Any:
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


def resource_views(resource: Resource) -> list[tuple[str, type[EngineView]]]:
    """Give the view classes of a resource with their paths below its own."""
    stem = resource.model.__name__
    views: list[tuple[str, type[EngineView]]] = [
        ("", _view(f"{stem}ListView", ListView, resource)),
        ("/<str:record_id>", _view(f"{stem}RecordView", RecordView, resource)),
    ]
    for name in dict.fromkeys(action.name for action in resource.actions):
        actions = [action for action in resource.actions if action.name == name]
        methods = {action.method.lower(): ActionView.run for action in actions}
        class_name = f"{stem}{name.title().replace('-', '')}View"
        view = _view(class_name, ActionView, resource, actions=actions, **methods)
        views.append((f"/<str:record_id>/{name}", view))
    return views


def _view[V: EngineView](
    name: str, base: type[V], resource: Resource, **attributes: Any
) -> type[V]:
    kept = {"resource": resource, "__doc__": resource.description, **attributes}
    return cast("type[V]", type(name, (base,), kept))
