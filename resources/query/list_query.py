"""What a list request asks for, read from its query string once and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from secrets import token_hex
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from resources.errors import bad_parameter
from resources.query.cost import FREE, Cost, cost_of_list, cost_of_selection, require_affordable
from resources.query.cursors import PageCursor, read_page_cursor
from resources.query.filters.nodes import Macro
from resources.query.filters.parameters import RESERVED, read_filters
from resources.query.filters.pins import pinned_relations
from resources.query.options import candidate_rules, chosen_options, sort_of_options
from resources.query.ordering import RANK, SortKey, sort_keys, sort_text
from resources.query.planned_once import is_read_in_order
from resources.query.selection import Selection, selection
from resources.search.questions import is_of_one_word
from resources.text import composed

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from resources.declaration import Resource
    from resources.query.filters.nodes import Node
    from resources.query.options import ChosenOptions

type Parameters = Mapping[str, Sequence[str]]

DEFAULT_LIMIT = 30
HIGHEST_LIMIT = 100
LONGEST_SEARCH = 200
LONGEST_NUMBER = 9
MOST_NUMBERED = 10_000
"""Records that pages with numbers reach."""
COUNTS = ("exact", "estimate")


@dataclass(frozen=True)
class ListQuery:
    """A checked list request.

    `shape` is all that decides the SQL; what is left (literals, cursor values, the searched words,
    the limit) is bound to the compiled plan. `rest` is the query without its cursor, ready to be
    followed by another one.
    """

    selection: Selection
    keys: tuple[SortKey, ...]
    condition: Node | None
    search: str | None
    cursor: PageCursor | None
    limit: int
    count: str | None
    page: int | None = None
    options: ChosenOptions = ()
    picked: int | None = None
    """How many rows are picked before documents are made; None where pages are read in order."""
    has_one_plan: bool = False
    """Whether the rows are best read in one way, whatever the values are."""
    cost: Cost = FREE
    rest: str = ""

    @cached_property
    def sort(self) -> str:
        """Return the order in its one spelling."""
        return sort_text(self.keys)

    @property
    def is_backward(self) -> bool:
        """Return whether the page lies before its cursor."""
        return self.cursor is not None and self.cursor.is_backward

    @property
    def is_of_its_time(self) -> bool:
        """Return whether the answer depends on the moment of asking, or on chance."""
        return self.is_by_chance or (
            self.condition is not None
            and any(isinstance(part, Macro) for part in self.condition.literals)
        )

    @cached_property
    def is_by_chance(self) -> bool:
        """Return whether the order is random and of this request alone."""
        return any(key.seed == "" for key in self.keys)

    @cached_property
    def missing(self) -> frozenset[int]:
        """Return the numbers of the sort keys that are missing at the cursor."""
        values = self.cursor.values if self.cursor else ()
        return frozenset(number for number, value in enumerate(values) if value is None)

    @cached_property
    def pinned(self) -> frozenset[str]:
        """Return the relations that must point at one record, which the client names."""
        return pinned_relations(self.condition) if self.condition else frozenset()

    @cached_property
    def is_best_first(self) -> bool:
        """Return whether this is a search in its own order, by rank."""
        return self.keys[0].name == RANK

    @cached_property
    def is_of_one_word(self) -> bool:
        """Return whether this is a search for one word or phrase."""
        return self.search is not None and is_of_one_word(self.search)

    @cached_property
    def shape(self) -> Hashable:
        """Return the key under which the compiled SQL is kept."""
        return (
            self.selection,
            self.sort,
            self.condition.shape if self.condition else None,
            self.search is not None,
            self.is_of_one_word,
            self.cursor is not None,
            self.is_backward,
            self.missing,
            self.page is not None,
            self.options,
            self.picked,
        )

    def values(self) -> dict[Hashable, object]:
        """Return the values of the plan's placeholders, the actor's aside."""
        values: dict[Hashable, object] = {
            "limit": self.limit + 1,
            "offset": ((self.page or 1) - 1) * self.limit,
            "search": self.search,
        }
        seeds = [key.seed for key in self.keys if key.seed is not None]
        if seeds:
            values["seed"] = seeds[0] or token_hex(4)
        if self.condition:
            values |= {("literal", part.index): part for part in self.condition.literals}
        if self.cursor:
            values |= {("cursor", number): part for number, part in enumerate(self.cursor.values)}
        return values


def read_list_query(resource: Resource, parameters: Parameters, rest: str = "") -> ListQuery:
    """Read the parameters of a list, which without their cursor are the query `rest`.

    Raises Problem 400 that names the first wrong one, or what costs too much of all of them.
    """
    search = _search(resource, single(parameters, "search"))
    options = chosen_options(
        resource, {name: single(parameters, name) for name in resource.options}
    )
    sort = listed(parameters, "sort")
    if sort is None and search is None:
        sort = sort_of_options(resource, options)
    keys = sort_keys(resource, sort, search is not None)
    cursor = single(parameters, "cursor")
    limit = _limit(single(parameters, "limit"))
    page = _page(resource, single(parameters, "page"), limit, is_alone=cursor is None)
    count = _count(single(parameters, "count")) or ("exact" if page else None)
    chosen = read_selection(resource, parameters)
    condition = read_filters(resource, parameters)
    extras = [name for name, value in (("search", search), ("count", count)) if value is not None]
    cost = cost_of_list(resource, chosen, keys, condition, limit, extras)
    require_affordable(cost)
    # Candidates are sorted by columns of their own.
    is_plain = search is None and page is None and all(key.name.isidentifier() for key in keys)
    is_simple = condition is None and search is None and page is None
    return ListQuery(
        selection=chosen,
        keys=keys,
        condition=condition,
        search=search,
        cursor=read_page_cursor(resource, cursor, keys, sort_text(keys)) if cursor else None,
        limit=limit,
        count=count,
        page=page,
        options=options,
        picked=limit + 1 if is_plain and candidate_rules(resource, options) else None,
        has_one_plan=is_simple and is_read_in_order(resource, keys),
        cost=cost,
        rest=rest,
    )


def read_view_query(resource: Resource, parameters: Parameters) -> Selection:
    """Read the parameters of a single record; raises Problem 400 as a list does."""
    for name in parameters:
        if name not in ("fields", "expand"):
            raise bad_parameter(name, "unknown_parameter", _("A record has no such parameter."))
    chosen = read_selection(resource, parameters)
    require_affordable(cost_of_selection(chosen))
    return chosen


def read_selection(resource: Resource, parameters: Parameters) -> Selection:
    """Read `fields` and `expand`."""
    return selection(resource, listed(parameters, "fields"), listed(parameters, "expand"))


def single(parameters: Parameters, name: str) -> str | None:
    """Return the one value of a parameter, or None; raises Problem 400 when there are several."""
    values = parameters.get(name, ())
    if len(values) > 1:
        raise bad_parameter(name, "repeated", _("Give this parameter once."))
    if values and "\x00" in values[0]:
        raise bad_parameter(name, "invalid", _("Null characters are not allowed."))
    return values[0] if values else None


def listed(parameters: Parameters, name: str) -> str | None:
    """Return a parameter that takes names with commas, given once or once for each name."""
    values = parameters.get(name, ())
    if len(values) > 1:
        return single({name: [",".join(values)]}, name)
    return single(parameters, name)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not (is_number and 1 <= int(text) <= HIGHEST_LIMIT):
        message = _("This must be a number from 1 to %(most)d.") % {"most": HIGHEST_LIMIT}
        raise bad_parameter("limit", "invalid", message)
    return int(text)


def _page(resource: Resource, text: str | None, limit: int, *, is_alone: bool) -> int | None:
    """Read the number of a page; the rows before it are read, too, so there is a last one."""
    if text is None:
        return None
    if not resource.numbered_pages:
        raise bad_parameter("page", "unknown_parameter", _("Pages have no numbers here."))
    if not is_alone:
        raise bad_parameter("page", "invalid", _("Ask for a page or go on from a cursor."))
    last = MOST_NUMBERED // limit
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not (is_number and 1 <= int(text) <= last):
        message = _("This must be a number from 1 to %(most)d.") % {"most": last}
        raise bad_parameter("page", "invalid", message)
    return int(text)


def _count(text: str | None) -> str | None:
    if text is not None and text not in COUNTS:
        raise bad_parameter("count", "invalid", _("This must be “exact” or “estimate”."))
    return text


def _search(resource: Resource, text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    if not resource.search:
        raise bad_parameter("search", "unknown_parameter", _("There is no search here."))
    if len(text) > LONGEST_SEARCH:
        raise bad_parameter("search", "too_long", _("Search for 200 characters at most."))
    return composed(text)


__all__ = ["RESERVED", "ListQuery", "Parameters", "read_list_query", "read_view_query"]
