"""`GET /search`: one question to several resources, answered by a page of each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, cast, override
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.views import APIView

from resources import registry
from resources.answers import JSON, VARY, HttpAnswer, answered
from resources.errors import FieldError, Problem, bad_parameter
from resources.execution.reader import list_tag, page_of, permitted_query
from resources.http import futile_queries
from resources.http.authentication import actor_of_header, require_scopes
from resources.http.client_networks import address_of_request, limited_network
from resources.http.conditions import is_known
from resources.http.openapi.components import page_reference
from resources.http.request import READS
from resources.http.throttles import consume_points
from resources.query.cost import Cost, require_affordable
from resources.query.list_query import single
from resources.query.parsing import parameters
from resources.query.reach import reached_by_list
from resources.targets import API_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.query.list_query import ListQuery, Parameters

DEFAULT_LIMIT = 5
HIGHEST_LIMIT = 20
OWN = ("q", "in", "limit")
NOT_TAKEN = frozenset({"search", "cursor", "page", "count"})
"""What a list takes and a page of the search does not: it begins at the best match."""

type Part = tuple[Resource, ListQuery]


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
        parts = self._parts(actor, request.META.get("QUERY_STRING", ""), address)
        limits = consume_points(actor, address, sum(query.cost.points for _of, query in parts))
        pages = [
            b'"%s":%s' % (resource.name.encode(), _page(resource, actor, query))
            for resource, query in parts
        ]
        body = b'{"results":{' + b",".join(pages) + b"}}"
        tag = list_tag(body)
        if is_known(request.META.get("HTTP_IF_NONE_MATCH", ""), tag):
            return HttpAnswer(304, b"", {"ETag": tag, "Vary": VARY, **limits})
        return HttpAnswer(200, body, {"Content-Type": JSON, "Vary": VARY, "ETag": tag, **limits})

    def _parts(self, actor: Actor, query_string: str, address: str) -> list[Part]:
        """Read what each resource is asked for; raises Problem 400, 401 or 403."""
        network = limited_network(address)
        letters = len(query_string)
        if letters > futile_queries.SHORT:
            futile_queries.require_letters(network)
        try:
            parts = list(_read(actor, parameters(query_string), self.default_resources))
            costs = (
                (f"{resource}.{name}", points)
                for resource, query in parts
                for name, points in query.cost.by_parameter().items()
            )
            require_affordable(Cost(tuple(costs)))
        except Problem:
            if letters > futile_queries.SHORT:
                futile_queries.spend(network, letters)
            raise
        return parts


def searchable() -> list[Resource]:
    """Return the resources that can be searched, by name."""
    return [resource for resource in registry.all_resources() if resource.search]


def _read(actor: Actor, given: Parameters, defaults: Sequence[str]) -> Iterator[Part]:
    asked = (single(given, "q") or "").strip()
    if not asked:
        raise bad_parameter("q", "required", _("Say what to search for."))
    resources = _resources(single(given, "in"), defaults)
    limit = _limit(single(given, "limit"))
    own = _own_parameters(given, resources)
    without_own = urlencode({"limit": limit, "search": asked})
    for name, resource in resources.items():
        query = {"limit": limit, **own[name], "search": asked}
        written = urlencode(query, doseq=True) if own[name] else without_own
        with _problems_of(resource):
            checked = permitted_query(resource, actor, written)
        if actor.scopes is not None:
            require_scopes(actor, {resource, *reached_by_list(resource, checked)})
        yield resource, checked


def _resources(text: str | None, defaults: Sequence[str]) -> Mapping[str, Resource]:
    """Return the resources to search, by name."""
    names = defaults if text is None else [name.strip() for name in text.split(",")]
    return {name: _resource(name) for name in names}


def _resource(name: str) -> Resource:
    resource = registry.named(name)
    if resource is None or not resource.search:
        message = _("“%(name)s” can't be searched; one of these can: %(allowed)s.")
        shown = {"name": name, "allowed": ", ".join(map(str, searchable()))}
        raise bad_parameter("in", "unknown_resource", message % shown)
    return resource


def _limit(text: str | None) -> str:
    if text is None:
        return str(DEFAULT_LIMIT)
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_LIMIT))
    if not (is_number and 1 <= int(text) <= HIGHEST_LIMIT):
        message = _("This must be a number from 1 to %(most)d.") % {"most": HIGHEST_LIMIT}
        raise bad_parameter("limit", "invalid", message)
    return text


def _own_parameters(
    given: Parameters, resources: Mapping[str, Resource]
) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the parameters of each resource, without its name in front."""
    own: dict[str, dict[str, Sequence[str]]] = {name: {} for name in resources}
    for key, values in given.items():
        name, _dot, parameter = key.partition(".")
        if name in own and parameter and parameter not in NOT_TAKEN:
            own[name][parameter] = values
        elif key not in OWN:
            raise bad_parameter(key, "unknown_parameter", _("The search has no such parameter."))
    return own


def _page(resource: Resource, actor: Actor, query: ListQuery) -> bytes:
    """Return the page of one resource, whose links lead to its list."""
    with _problems_of(resource):
        return page_of(resource, actor, query, f"{settings.PUBLIC_URL}{API_PREFIX}{resource}").body


@contextmanager
def _problems_of(resource: Resource) -> Iterator[None]:
    """Say of which resource's parameter a problem is."""
    try:
        yield
    except Problem as problem:
        raise _within(problem, resource.name) from None


def _within(problem: Problem, name: str) -> Problem:
    errors = [
        FieldError(
            "q" if error.field == "search" else f"{name}.{error.field}",
            error.code,
            error.message,
            error.position,
        )
        for error in problem.errors
    ]
    return Problem(problem.status, problem.code, problem.detail, errors, problem.headers)
