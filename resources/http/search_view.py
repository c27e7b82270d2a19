"""`GET /search`: one question to several resources, answered by a page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast, override

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.views import APIView

from resources.answers import JSON, VARY, HttpAnswer, answered
from resources.errors import Problem
from resources.execution.reader import list_tag
from resources.http import futile_queries
from resources.http.authentication import actor_of_header
from resources.http.client_networks import address_of_request, limited_network
from resources.http.conditions import is_known
from resources.http.openapi.components import page_reference
from resources.http.request import READS
from resources.http.search_query import (
    DEFAULT_LIMIT,
    HIGHEST_LIMIT,
    read_search,
    searchable,
)
from resources.http.throttles import consume_points
from resources.query.parsing import parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from resources.actors import Actor
    from resources.http.search_query import SearchQuery


class SearchSchema(AutoSchema):
    """Describes the search by the resources that can be searched."""

    @override
    def get_operation_id(self) -> str:
        return "search.query"

    @override
    def get_tags(self) -> list[str]:
        return ["search"]

    @override
    def get_override_parameters(self) -> list[Any]:
        view = cast("SearchView", self.view)
        limit = {
            "type": "integer",
            "minimum": 1,
            "maximum": HIGHEST_LIMIT,
            "default": DEFAULT_LIMIT,
        }
        names = ", ".join(resource.name for resource in searchable())
        defaults = ", ".join(view.default_resources)
        return [
            OpenApiParameter(
                "q", str, required=True, description="What to search for, as in lists."
            ),
            OpenApiParameter(
                "in",
                str,
                description=f"Resources with commas, of: {names}. Default: {defaults}.",
            ),
            OpenApiParameter("limit", limit, description="The most records of each resource."),
        ]

    @override
    def get_response_serializers(self) -> Any:
        pages = {resource.name: page_reference(resource) for resource in searchable()}
        results = {"type": "object", "properties": pages, "additionalProperties": False}
        return {
            200: {"type": "object", "required": ["results"], "properties": {"results": results}}
        }


class SearchView(APIView):
    """Searches several resources at once.

    Each resource answers the page that its own list would, `GET /cards?search=…`: under the same
    rule, of the same documents, best matches first, with `next` to go on from. What the list takes
    can be asked for with the resource's name in front: `cards.rarity=epic`, `posts.expand=author`,
    `users.fields=username`.
    """

    schema = SearchSchema()
    default_resources: ClassVar[Sequence[str]] = ()
    """The resources that are searched where none are named."""

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method in READS:
            return self.get(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Search several resources."""
        answer = answered(lambda: self._found(request))
        return answer.response(is_head=request.method == "HEAD")

    def _found(self, request: HttpRequest) -> HttpAnswer:
        actor = actor_of_header(request.META.get("HTTP_AUTHORIZATION", ""))
        address = address_of_request(request)
        query = self._query(actor, request.META.get("QUERY_STRING", ""), address)
        limits = consume_points(actor, address, query.points)
        body = query.answer(actor)
        tag = list_tag(body)
        if is_known(request.META.get("HTTP_IF_NONE_MATCH", ""), tag):
            return HttpAnswer(304, b"", {"ETag": tag, "Vary": VARY, **limits})
        return HttpAnswer(200, body, {"Content-Type": JSON, "Vary": VARY, "ETag": tag, **limits})

    def _query(self, actor: Actor, query_string: str, address: str) -> SearchQuery:
        """Read what each resource is asked for; raises Problem 400, 401 or 403."""
        network = limited_network(address)
        letters = len(query_string)
        if letters > futile_queries.SHORT:
            futile_queries.require_letters(network)
        try:
            return read_search(actor, parameters(query_string), self.default_resources)
        except Problem:
            if letters > futile_queries.SHORT:
                futile_queries.spend(network, letters)
            raise
