"""The query parameters and headers of the engine's operations, for the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from resources.query.back_relations import back_relations
from resources.query.filters.parameters import suffixes_of
from resources.query.list_query import COUNTS, DEFAULT_LIMIT, HIGHEST_LIMIT
from resources.query.ordering import sortable
from resources.query.selection import EXPANDED_RECORDS, MOST_EXPANDED_RECORDS

if TYPE_CHECKING:
    from resources.declaration import Resource

_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The entity tag of the answer as you have it; 304 if it is the same still.",
)


def list_parameters(resource: Resource) -> list[OpenApiParameter]:
    """Describe what every list takes."""
    limit = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": DEFAULT_LIMIT}
    sorts = ", ".join(sorted(sortable(resource))).replace("@random", "@random:SEED")
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
            str,
            description=f"Columns with commas, `-` for descending, of: {sorts}. "
            f"Default: {resource.ordering[0]}.",
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
        OpenApiParameter(f"{name}{suffix}", str, description=f"{name} {sign} this value.")
        for name in dict.fromkeys(["id", *resource.filters, *resource.scans])
        for suffix, sign in suffixes_of(resource.column(name)).items()
    ]


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
        " `field:excerpt(100,true)` for the beginning of a text."
    )
    if resource.viewer:
        fields += f" `viewer` for the viewer's own: {', '.join(resource.viewer)}."
    parameters = [OpenApiParameter("fields", OpenApiTypes.STR, description=fields)]
    backward = [back.name for back in back_relations(resource)]
    parts = []
    if resource.expand:
        names = ", ".join(resource.expand)
        parts.append(f"Relations to answer along, with commas and dots, of: {names}.")
    if backward:
        parts.append(
            f"What points here, the newest {EXPANDED_RECORDS}, `:limit(5)` for another number up to"
            f" {MOST_EXPANDED_RECORDS}: {', '.join(backward)}."
        )
    if parts:
        expand = " ".join(parts)
        parameters.append(OpenApiParameter("expand", OpenApiTypes.STR, description=expand))
    return parameters
