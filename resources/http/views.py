"""The views of every resource: reads go straight to the read path, writes through DRF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, override

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.response import Response
from rest_framework.views import APIView

from resources.errors import Problem
from resources.http.reads import JSON, Read, answer_read
from resources.http.schema import ResourceSchema
from resources.http.throttles import ActorThrottle, with_limits
from resources.reading.reader import Answer, view_record
from resources.writing.batch import BatchInput, run_batch
from resources.writing.idempotency import once
from resources.writing.operations import create_record, delete_record, run_action, update_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rest_framework.request import Request
    from rest_framework.throttling import BaseThrottle

    from resources.actors import Actor
    from resources.declaration import RecordAction, Resource
    from resources.models import Record

READS = frozenset({"GET", "HEAD"})


class EngineView(APIView):
    """A view whose reads skip DRF's request cycle and whose errors are problem documents."""

    schema = ResourceSchema()
    verb_of: ClassVar[dict[str, str]] = {}
    name_suffix: ClassVar[str] = ""
    resource: ClassVar[Resource]

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in READS or not hasattr(self, "get"):
            return with_limits(super().dispatch(request, *args, **kwargs), request)
        return read_response(self.resource, kwargs.get("record_id"), request)

    @override
    def get_throttles(self) -> Sequence[BaseThrottle]:
        verb = self.verb_of.get(self.request.method or "", "")
        general = ActorThrottle("write")
        rate = self.resource.throttle.get(verb)
        if rate is None:
            return [general]
        return [general, ActorThrottle(f"{self.resource.name}.{verb}", rate)]


class ListView(EngineView):
    """List and create."""

    verb_of: ClassVar[dict[str, str]] = {"GET": "list", "POST": "create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """List records (`dispatch` answers before this; it is here to be documented)."""
        return read_response(self.resource, None, request)

    def post(self, request: Request) -> HttpResponse:
        """Create a record."""
        actor: Actor = request.user  # type: ignore[assignment]  # the engine's authentication gives actors
        key = request.headers.get("Idempotency-Key")

        def answer() -> HttpResponse:
            row = create_record(self.resource, actor, request.data)
            response = record_answer(self.resource, actor, row, request, status=201)
            response["Location"] = f"{request.path}/{row.pk}"
            return response

        if key is None:
            return answer()
        return once(key, actor, (request.path, request_body(request)), answer, HttpResponse)


class RecordView(EngineView):
    """View, update and delete."""

    verb_of: ClassVar[dict[str, str]] = {"GET": "view", "PATCH": "update", "DELETE": "delete"}

    def get(self, request: HttpRequest, record_id: str) -> HttpResponse:
        """View a record (`dispatch` answers before this; it is here to be documented)."""
        return read_response(self.resource, record_id, request)

    def patch(self, request: Request, record_id: str) -> HttpResponse:
        """Update a record."""
        actor: Actor = request.user  # type: ignore[assignment]  # the engine's authentication gives actors
        if_match = request.headers.get("If-Match", "")
        row = update_record(self.resource, actor, record_id, request.data, if_match)
        return record_answer(self.resource, actor, row, request)

    def delete(self, request: Request, record_id: str) -> HttpResponse:
        """Delete a record."""
        actor: Actor = request.user  # type: ignore[assignment]  # the engine's authentication gives actors
        delete_record(self.resource, actor, record_id, request.headers.get("If-Match", ""))
        return HttpResponse(status=204)


class ActionView(EngineView):
    """The declared verbs at one sub-path of a record."""

    actions: ClassVar[Sequence[RecordAction]] = ()

    def run(self, request: Request, record_id: str) -> HttpResponse:
        """Run the action of the request's method."""
        actor: Actor = request.user  # type: ignore[assignment]  # the engine's authentication gives actors
        action = next(action for action in self.actions if action.method == request.method)
        row = run_action(self.resource, action, actor, record_id, request.data)
        return record_answer(self.resource, actor, row, request)


class BatchView(APIView):
    """Up to 50 writes in one transaction."""

    def get_throttles(self) -> list[BaseThrottle]:
        """Count a batch like any write."""
        return [ActorThrottle("write")]

    def post(self, request: Request) -> HttpResponse:
        """Run the batch."""
        sent = BatchInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actor: Actor = request.user  # type: ignore[assignment]  # the engine's authentication gives actors
        writes = sent.validated_data["requests"]
        key = request.headers.get("Idempotency-Key")

        def answer() -> HttpResponse:
            return HttpResponse(run_batch(actor, writes), content_type=JSON)

        if key is None:
            return answer()
        return once(key, actor, (request.path, request_body(request)), answer, HttpResponse)


def read_response(resource: Resource, record_id: str | None, request: HttpRequest) -> HttpResponse:
    """Answer a read that has come by Django's road."""
    answer = answer_read(
        Read(
            resource,
            record_id,
            request.META.get("QUERY_STRING", ""),
            request.build_absolute_uri(request.path),
            request.META.get("HTTP_AUTHORIZATION", ""),
            request.META.get("HTTP_IF_NONE_MATCH", ""),
        )
    )
    body = b"" if request.method == "HEAD" else answer.body
    return HttpResponse(body, status=answer.status, headers=dict(answer.headers))


def record_answer(
    resource: Resource, actor: Actor, row: Record, request: Request, *, status: int = 200
) -> HttpResponse:
    """Answer a record as it now is, or just its id when its writer may not view it."""
    query = request.META.get("QUERY_STRING", "")
    try:
        answer = view_record(resource, actor, str(row.pk), query)
    except Problem as problem:
        if problem.status != 404:
            raise
        answer = Answer(b'{"id":"%s"}' % str(row.pk).encode())
    response = HttpResponse(answer.body, status=status, content_type=JSON)
    if answer.etag:
        response["ETag"] = answer.etag
    return response


def request_body(request: Request) -> bytes:
    """Give the sent fields in a stable form (a parsed body can't be read again)."""
    names = sorted(request.data)
    return repr([(name, _comparable(request.data[name])) for name in names]).encode()


def _comparable(value: Any) -> Any:
    return (value.name, value.size) if hasattr(value, "size") else value


def resource_views(resource: Resource) -> list[tuple[str, type[EngineView]]]:
    """Give the view classes of a resource with their paths below its own."""
    stem = resource.model.__name__
    views: list[tuple[str, type[EngineView]]] = [
        ("", _view(f"{stem}ListView", ListView, resource)),
        ("/<str:record_id>", _view(f"{stem}RecordView", RecordView, resource)),
    ]
    for name in dict.fromkeys(action.name for action in resource.actions):
        actions = [action for action in resource.actions if action.name == name]
        view = _view(f"{stem}{name.capitalize()}View", ActionView, resource)
        view.actions = actions
        for action in actions:
            setattr(view, action.method.lower(), ActionView.run)
        views.append((f"/<str:record_id>/{name}", view))
    return views


def _view[V: EngineView](name: str, base: type[V], resource: Resource) -> type[V]:
    """Make a view class that offers only the methods whose rules open for someone."""
    return type(name, (base,), {"resource": resource, "__doc__": resource.description})

