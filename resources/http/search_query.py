"""What a search of several resources asks for, read from its query string.

All but the words is read, checked and compiled once: the next search for other words, as many of
them, binds these to the same plans.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_plus, urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from resources import registry
from resources.byte_cache import ByteCache
from resources.errors import FieldError, Problem, bad_parameter
from resources.execution.reader import (
    SearchedPart,
    bind_words,
    page_of_words,
    permitted_query,
)
from resources.execution.run import run_together
from resources.http.authentication import require_scopes
from resources.query.cost import Cost, require_affordable
from resources.query.list_query import LONGEST_SEARCH, single
from resources.query.parsing import BYTES_OF_LETTER, filter_errors
from resources.query.plans import list_plan
from resources.query.reach import reached_by_list
from resources.search.questions import is_of_one_word
from resources.targets import API_PREFIX
from resources.text import composed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.execution.run import BoundPlan
    from resources.query.list_query import ListQuery, Parameters
    from resources.query.plans import Plan
    from resources.types import Rows

DEFAULT_LIMIT = 5
HIGHEST_LIMIT = 20
OWN = ("q", "in", "limit")
NOT_TAKEN = frozenset({"search", "cursor", "page", "count"})
"""What a list takes and a page of the search does not: it begins at the best match."""
FORM_BYTES = 1024 * 1024
"""Memory for searches without their words."""
PART_BYTES = 2_000
"""Bytes of what is read and checked of one resource, about."""


class SearchForm(NamedTuple):
    """A search without its words, and what it costs."""

    parts: tuple[SearchedPart, ...]
    points: int


_forms: ByteCache[SearchForm] = ByteCache(FORM_BYTES)


class SearchQuery(NamedTuple):
    """A checked search: `asked` as the client wrote it, `words` in composed form."""

    form: SearchForm
    asked: str
    words: str

    @property
    def points(self) -> int:
        """Return what it costs."""
        return self.form.points

    def answer(self, actor: Actor) -> bytes:
        """Return the page of each resource; raises Problem 400 for a filter that can't be asked."""
        parts = self.form.parts
        found = run_together([self._bound(part, actor) for part in parts])
        words = quote_plus(self.asked)
        pages = [
            b'"%s":%s' % (part.resource.name.encode(), _page(part, rows, words))
            for part, rows in zip(parts, found, strict=True)
        ]
        return b'{"results":{' + b",".join(pages) + b"}}"

    def _bound(self, part: SearchedPart, actor: Actor) -> BoundPlan:
        with _problems_of(part.resource):
            return bind_words(part, actor, self.words)


def _page(part: SearchedPart, rows: Rows, words: str) -> bytes:
    """Return the page of one resource, whose links lead to its list."""
    url = f"{settings.PUBLIC_URL}{API_PREFIX}{part.resource}?{part.rest}&search={words}"
    return page_of_words(part, rows, url)


def read_search(actor: Actor, given: Parameters, defaults: Sequence[str]) -> SearchQuery:
    """Read what is searched for, by default in some resources; raises Problem 400, 401 or 403."""
    asked = (single(given, "q") or "").strip()
    if not asked:
        raise bad_parameter("q", "required", _("Say what to search for."))
    resources = _resources(single(given, "in"), defaults)
    others = tuple([(name, *values) for name, values in given.items() if name != "q"])
    words = composed(asked)
    key = (*resources.values(), actor.kind, others, is_of_one_word(words))
    form = _forms.get(key)
    if form is None or len(asked) > LONGEST_SEARCH:
        form = _form(actor, resources, given, asked)
        letters = sum([len(text) for each in others for text in each])
        _forms.put(key, form, BYTES_OF_LETTER * letters + PART_BYTES * len(form.parts))
    for part in form.parts:
        _require_scopes(actor, part.resource, part.query)
    return SearchQuery(form, asked, words)


def searchable() -> list[Resource]:
    """Return the resources that can be searched, by name."""
    return [resource for resource in registry.all_resources() if resource.search]


def _form(
    actor: Actor, resources: Mapping[str, Resource], given: Parameters, asked: str
) -> SearchForm:
    """Read and check all that is asked for besides the words, and as many words as these."""
    limit = _limit(single(given, "limit"))
    own = _own_parameters(given, resources)
    rests = {name: urlencode({"limit": limit, **own[name]}, doseq=True) for name in resources}
    queries: dict[Resource, ListQuery] = {}
    for name, resource in resources.items():
        written = f"{rests[name]}&search={quote_plus(asked)}"
        with _problems_of(resource):
            queries[resource] = permitted_query(resource, actor, written)
        _require_scopes(actor, resource, queries[resource])
    costs = [
        (f"{resource.name}.{name}", points)
        for resource, query in queries.items()
        for name, points in query.cost.by_parameter().items()
    ]
    require_affordable(Cost(tuple(costs)))
    parts = [
        SearchedPart(resource, query, _plan(resource, actor, query), rests[resource.name])
        for resource, query in queries.items()
    ]
    return SearchForm(tuple(parts), sum([points for _name, points in costs]))


def _plan(resource: Resource, actor: Actor, query: ListQuery) -> Plan:
    with _problems_of(resource), filter_errors():
        return list_plan(resource, actor.kind, query)


def _require_scopes(actor: Actor, resource: Resource, query: ListQuery) -> None:
    """Raise Problem 403 when the actor's key does not go as far as the page of a resource."""
    if actor.scopes is not None:
        require_scopes(actor, {resource, *reached_by_list(resource, query)})


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
