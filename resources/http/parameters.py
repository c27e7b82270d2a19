"""The query parameters and headers of the engine's operations, for the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import JSONField
from drf_spectacular.utils import OpenApiParameter

from resources.http.openapi.components import expandable, name_of, reference, value_schema
from resources.query.filters.parameters import suffixes_of
from resources.query.list_query import COUNTS, DEFAULT_LIMIT, HIGHEST_LIMIT
from resources.query.selection import EXPANDED_RECORDS, MOST_EXPANDED_RECORDS

if TYPE_CHECKING:
    from resources.declaration import Resource
    from resources.http.openapi.components import JsonSchema

_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The entity tag of the answer as you have it; 304 if it is the same still.",
)


def list_parameters(resource: Resource) -> list[OpenApiParameter]:
    """Describe what every list takes."""
    limit = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": DEFAULT_LIMIT}
    parameters = [
        OpenApiParameter("limit", limit, description="The most records of a page."),
        OpenApiParameter("cursor", str, description="Where to go on, from `next` or `previous`."),
        OpenApiParameter(
            "filter",
            str,
            description='An expression such as `rarity="epic" && !(like_count>10)`;'
            " see docs/guide/queries.md.",
        ),
        OpenApiParameter(
            "sort",
            _several(reference(name_of(resource, "Sort"))),
            explode=False,
            description="Columns with commas, `-` for descending; `@random:SEED` repeats a random"
            f" order. Default: {resource.ordering[0]}.",
        ),
        OpenApiParameter("count", str, enum=COUNTS, description="Count all records of the list."),
    ]
    if resource.numbered_pages:
        numbered = "The number of a page, answered with `count`, `page` and `page_count`."
        parameters.append(OpenApiParameter("page", int, description=numbered))
    if resource.search:
        words = (
            "Words to search for; the last may be the beginning of one, and words between quotes"
            " follow each other. Best matches first; see docs/guide/queries.md."
        )
        parameters.append(OpenApiParameter("search", str, description=words))
    return parameters + _options(resource) + _shape_parameters(resource) + [_IF_NONE_MATCH]


def _options(resource: Resource) -> list[OpenApiParameter]:
    """Describe the parameters that take a few declared values."""
    return [
        OpenApiParameter(
            name,
            str,
            enum=list(declared),
            default=next(iter(declared)),
            description="; ".join(f"`{value}`: {one.words}" for value, one in declared.items()),
        )
        for name, declared in resource.options.items()
    ]


def filter_parameters(resource: Resource) -> list[OpenApiParameter]:
    """Describe the parameters that filter by one column."""
    return [
        _filter_parameter(resource, name, suffix, sign)
        for name in dict.fromkeys(["id", *resource.filters, *resource.scans])
        for suffix, sign in suffixes_of(resource.column(name)).items()
    ]


def _filter_parameter(resource: Resource, name: str, suffix: str, sign: str) -> OpenApiParameter:
    column = resource.column(name)
    value: JsonSchema = {"type": "string"}
    if not isinstance(column, JSONField) and not column.is_relation:
        value = value_schema(resource, column)
    if "format" in value:  # parts of a time will do, and an id that can't be matches nothing
        value = {"type": "string"}
    is_list = suffix == "__in"
    return OpenApiParameter(
        f"{name}{suffix}",
        _several(value) if is_list else value,
        explode=False if is_list else None,
        description=f"{name} {sign} this value.",
    )


def _several(value: JsonSchema) -> JsonSchema:
    """Describe values with commas between them."""
    return {"type": "array", "items": value}


def record_parameters(resource: Resource, verb: str) -> list[OpenApiParameter]:
    """Describe what operations on one record take."""
    parameters = _shape_parameters(resource)
    if verb == "view":
        parameters.append(_IF_NONE_MATCH)
    if verb in ("update", "delete", "action"):
        match = "The entity tag of the record as you know it; 412 if it has changed since."
        parameters.append(
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description=match)
        )
    if verb == "create":
        once = "A text of your choice that makes this request repeatable for 24 hours."
        parameters.append(
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description=once)
        )
    return parameters


def _shape_parameters(resource: Resource) -> list[OpenApiParameter]:
    fields = (
        "Fields to answer, with commas, `expand.relation.field` for expanded ones,"
        " `field:excerpt(100,true)` for the beginning of a text; the others are left out."
    )
    parameters = [
        OpenApiParameter(
            "fields",
            _several(reference(name_of(resource, "Fields"))),
            explode=False,
            description=fields,
        )
    ]
    if expandable(resource):
        expand = (
            "Relations to answer along, with commas and dots; of what points here, the newest"
            f" {EXPANDED_RECORDS}, `:limit(5)` for another number up to {MOST_EXPANDED_RECORDS}."
        )
        paths = _several(reference(name_of(resource, "ExpandPath")))
        parameters.append(OpenApiParameter("expand", paths, explode=False, description=expand))
    return parameters
