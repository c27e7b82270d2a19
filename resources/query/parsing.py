"""Reads query strings into checked queries, and caches the result."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from django.utils.translation import gettext as _

from resources.byte_cache import ByteCache, byte_cached
from resources.errors import bad_parameter
from resources.event_loop import MustRunInThread, is_in_event_loop
from resources.query.filters.nodes import FilterSyntaxError, FilterValueError
from resources.query.list_query import ListQuery, read_list_query, read_view_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.declaration import Resource
    from resources.query.selection import Selection

QUERY_BYTES = 4 * 1024 * 1024
"""Memory for queries that were read."""
BYTES_OF_LETTER = 40
"""Bytes that a letter of a query becomes when it is read, at most."""
MOST_PARAMETERS = 50
LONGEST_INLINE_QUERY = 500
"""Letters of a query that an event loop reads itself."""
PLAIN_QUERY = re.compile(r"[\w.~%=&+,-]+", re.ASCII)
"""A query that stands in a link, and in JSON, as the client wrote it."""


def _size(_resource: Resource, query_string: str) -> int:
    return BYTES_OF_LETTER * len(query_string)


_queries: ByteCache[ListQuery] = ByteCache(QUERY_BYTES)


def list_query(resource: Resource, query_string: str) -> ListQuery:
    """Read what a list is asked for; raises Problem 400 naming a wrong parameter."""
    query = _queries.get((resource, query_string))
    if query is None:
        _require_short(query_string)
        query = read_list_query(resource, parameters(query_string), without_cursor(query_string))
        _queries.put((resource, query_string), query, _size(resource, query_string))
    return query


def is_query_known(resource: Resource, query_string: str) -> bool:
    """Return whether a list was asked in these words lately, so they need not be read again."""
    return _queries.get((resource, query_string)) is not None


@byte_cached(QUERY_BYTES, _size)
def view_selection(resource: Resource, query_string: str) -> Selection:
    """Read what of a single record is asked for; raises Problem 400 naming a wrong parameter."""
    _require_short(query_string)
    return read_view_query(resource, parameters(query_string))


def _require_short(query_string: str) -> None:
    if len(query_string) > LONGEST_INLINE_QUERY and is_in_event_loop():
        raise MustRunInThread


def parameters(query_string: str) -> dict[str, list[str]]:
    """Split a query string; raises Problem 400 when it is out of bounds or not UTF-8."""
    try:
        return parse_qs(
            query_string,
            keep_blank_values=True,
            max_num_fields=MOST_PARAMETERS,
            errors="strict",
        )
    except ValueError:
        raise bad_parameter("query", "malformed", _("The query can't be read.")) from None


@contextmanager
def filter_errors() -> Iterator[None]:
    """Turn what is wrong with a filter into a Problem 400 that names the parameter."""
    try:
        yield
    except FilterSyntaxError as error:
        raise bad_parameter("filter", error.code, error.message, error.position) from None
    except FilterValueError as error:
        name = error.parameter or "filter"
        raise bad_parameter(name, error.code, error.message, error.position) from None


def without_cursor(query_string: str) -> str:
    """Return all of a query but where its page is, ready to be followed by a cursor."""
    is_placed = "cursor" in query_string or "page" in query_string
    if not is_placed and PLAIN_QUERY.fullmatch(query_string):
        return f"{query_string}&"
    places = ("cursor", "page")
    others = {name: value for name, value in parameters(query_string).items() if name not in places}
    return f"{urlencode(_pairs(others))}&" if others else ""


def _pairs(parameters: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in parameters.items() for value in values]
