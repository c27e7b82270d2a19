"""The views of every resource, as Django and the documentation know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast, override

from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from resources.http.bodies import JsonBody
from resources.http.exchange import Exchange
from resources.http.pipeline import READ, answer_of, write_steps
from resources.http.request import READS
from resources.http.request import Request as EngineRequest
from resources.http.schema import BATCH_ANSWER, ResourceSchema
from resources.http.writes import LIMITS
from resources.targets import BATCH, Target
from resources.writing.batch import BatchInput
from resources.writing.merge_patch import MEDIA_TYPE, as_merge_patch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request
    from rest_framework.response import Response

    from resources.actors import Actor
    from resources.declaration import RecordAction, Resource


class MergePatchParser(JsonBody):
    """Reads `application/merge-patch+json`."""

    media_type = MEDIA_TYPE

    @override
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> Any:
        return as_merge_patch(super().parse(stream, media_type, parser_context))


class EngineView(APIView):
    """A view of one resource; its reads skip Django REST framework's request cycle."""

    schema = ResourceSchema()
    verb_of: ClassVar[dict[str, str]] = {}
    name_suffix: ClassVar[str] = ""
    resource: ClassVar[Resource]

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: str) -> HttpResponseBase:
        if request.method in READS and hasattr(self, "get"):
            return self.read(request, kwargs.get("record_id", ""))
        return super().dispatch(request, *args, **kwargs)

    def read(self, request: HttpRequest, record_id: str) -> HttpResponse:
        """Answer a GET or HEAD."""
        target = Target(self.resource, record_id)
        exchange = Exchange(EngineRequest.from_django(request, target))
        return answer_of(READ, exchange).response(is_head=request.method == "HEAD")

    def write(self, request: Request, record_id: str = "", action_name: str = "") -> HttpResponse:
        """Answer a request that changes something."""
        target = Target(self.resource, record_id, action_name)
        exchange = Exchange(EngineRequest.from_django(request, target, request.data))
        exchange.actor = actor_behind(request)
        exchange.limits = getattr(request._request, "scope", {}).get(LIMITS)
        return answer_of(write_steps(exchange), exchange).response()


class ListView(EngineView):
    """List and create."""

    verb_of: ClassVar[dict[str, str]] = {"GET": "list", "POST": "create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """List records (`dispatch` answers before this; it is here to be documented)."""
        return self.read(request, "")

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
        return self.write(request, record_id, self.actions[0].name)


class BatchView(APIView):
    """Up to 50 writes in one transaction."""

    @extend_schema(
        operation_id="batch.run", request=BatchInput, responses={200: BATCH_ANSWER}, tags=["batch"]
    )
    def post(self, request: Request) -> HttpResponse:
        """Run several writes in one transaction, all or nothing."""
        exchange = Exchange(EngineRequest.from_django(request, BATCH, request.data))
        exchange.actor = actor_behind(request)
        return answer_of(write_steps(exchange), exchange).response()


def actor_behind(request: Request) -> Actor:
    """Return the actor that the engine's authentication has put where Django has users."""
    return cast("Actor", request.user)


def resource_views(resource: Resource) -> list[tuple[str, type[EngineView]]]:
    """Return the view classes of a resource with their paths below its own."""
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
    name: str, base: type[V], resource: Resource, **attributes: object
) -> type[V]:
    kept = {"resource": resource, "__doc__": resource.description, **attributes}
    return cast("type[V]", type(name, (base,), kept))
