"""Which parts of a record are answered: `fields=` and `expand=`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import CharField, TextField
from django.utils.translation import gettext as _

from resources import registry
from resources.byte_cache import byte_cached
from resources.errors import Problem, bad_parameter
from resources.query.back_relations import back_relation
from resources.sealing import SealedField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.declaration import Resource

DEEPEST_EXPAND = 5
"""Relations that a path of `expand` goes through at most; a back-relation counts as two."""
EXPANDED_RECORDS, MOST_EXPANDED_RECORDS = 10, 100
"""Records that a back-relation is expanded to unless asked for otherwise, and at most."""
MOST_PATHS = 100
SELECTION_BYTES = 2 * 1024 * 1024
"""Memory for selections that were read."""
LISTED = re.compile(r"(?:\([^(),]*(?:,[^(),]*)?\)|[^,])+")
"""What stands between commas, but for those in the brackets of a modifier."""
EXCERPT = re.compile(r"excerpt\((\d{1,4})(?:, ?(true|false))?\)", re.ASCII)
"""The most characters, and whether a text that is longer ends in an ellipsis."""
LIMIT = re.compile(r"limit\((\d{1,3})\)", re.ASCII)
"""The most records that a back-relation is expanded to."""


@dataclass(frozen=True)
class Expansion:
    """A relation or back-relation that is answered along, and what of its records.

    `limit` is the most records of a back-relation; None for a relation, which leads to one.
    """

    name: str
    selection: Selection
    limit: int | None


@dataclass(frozen=True)
class Selection:
    """The chosen fields of one resource, the selections of what is expanded, the viewer's own."""

    fields: tuple[str, ...]
    expand: tuple[Expansion, ...] = ()
    viewer: tuple[str, ...] = ()


def _size(_resource: Resource, fields: str | None, expand: str | None) -> int:
    return 1_000 + 50 * len(fields or "") + 100 * len(expand or "")


@byte_cached(SELECTION_BYTES, _size)
def selection(resource: Resource, fields: str | None, expand: str | None) -> Selection:
    """Read the two parameters; raises Problem 400 naming what can't be read or expanded."""
    wanted = _paths("expand", expand)
    chosen = _paths("fields", fields)
    return _selected(resource, wanted, chosen, prefix="")


def _paths(name: str, text: str | None) -> tuple[str, ...] | None:
    """Split a comma list; None when the parameter is absent."""
    if text is None:
        return None
    paths = tuple(part.strip() for part in LISTED.findall(text) if part.strip())
    if not paths and text.strip():
        raise bad_parameter(name, "invalid", _("This must be a list of names with commas."))
    if len(paths) > MOST_PATHS:
        raise bad_parameter(name, "too_many", _("Too many names."))
    return paths or None


def _selected(
    resource: Resource,
    wanted: tuple[str, ...] | None,
    chosen: tuple[str, ...] | None,
    prefix: str,
) -> Selection:
    relations = _heads(resource, wanted or (), prefix)
    viewer, chosen = _of_viewer(resource, chosen)
    own, nested = _chosen(resource, chosen, relations, prefix)
    expanded = tuple(
        Expansion(
            name,
            _selected(
                _behind(resource, name),
                _tails(name, wanted or ()) or None,
                nested.get(name),
                f"{prefix}{name}.",
            ),
            limit,
        )
        for name, limit in relations.items()
        if chosen is None or name in nested
    )
    return Selection(own, expanded, viewer)


def _behind(resource: Resource, name: str) -> Resource:
    """Return the resource of the records that a relation or back-relation leads to."""
    back = back_relation(name)
    return back.source if back else registry.resource_of(resource.target(name))


def can_be_expanded(resource: Resource, name: str) -> bool:
    """Return whether a name is a declared relation, or a back-relation that an index serves."""
    back = back_relation(name)
    is_back = back is not None and back.is_indexed and back.leads_to(resource)
    return is_back or name in resource.expand


def _of_viewer(
    resource: Resource, chosen: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Split off what the viewer's own fields are asked for by: `viewer`, or `viewer.liked`."""
    if chosen is None or not resource.viewer:
        return (), chosen
    named = {"viewer": tuple(resource.viewer)}
    named |= {f"viewer.{name}": (name,) for name in resource.viewer}
    viewer = [name for path in chosen for name in named.get(path, ())]
    return tuple(dict.fromkeys(viewer)), tuple(path for path in chosen if path not in named)


def _chosen(
    resource: Resource,
    chosen: tuple[str, ...] | None,
    relations: Iterable[str],
    prefix: str,
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...] | None]]:
    """Split chosen paths into own fields and, per expanded relation, what of it is chosen."""
    if chosen is None:
        return tuple(resource.fields), {}
    own: list[str] = []
    nested: dict[str, tuple[str, ...] | None] = {}
    for path in chosen:
        if path == "*":
            own.extend(resource.fields)
        elif path == "expand":
            nested.update(dict.fromkeys(relations))
        elif path.startswith("expand."):
            relation, _dot, rest = path.removeprefix("expand.").partition(".")
            if relation not in relations:
                raise _not_expanded(resource, prefix, relation)
            nested[relation] = _joined(nested.get(relation, ()), rest)
        elif path in resource.fields or _is_excerpt(resource, path):
            own.append(path)
        else:
            raise _unknown(prefix + path)
    return tuple(dict.fromkeys(own)), nested


def _is_excerpt(resource: Resource, path: str) -> bool:
    """Return whether a path is the beginning of a text: `description:excerpt(100,true)`."""
    name, _colon, modifier = path.partition(":")
    if name not in resource.fields or not EXCERPT.fullmatch(modifier):
        return False
    column = resource.column(name)
    return isinstance(column, CharField | TextField) and not isinstance(column, SealedField)


def _not_expanded(resource: Resource, prefix: str, relation: str) -> Problem:
    """Say what is missing, if it is only that the relation is not asked for."""
    if not can_be_expanded(resource, relation):
        return _unknown(f"{prefix}{relation}")
    message = _("Add expand=%(name)s to read fields of “%(name)s”.")
    return bad_parameter("fields", "not_expanded", message % {"name": f"{prefix}{relation}"})


def _joined(before: tuple[str, ...] | None, rest: str) -> tuple[str, ...] | None:
    """Add one nested path; None stands for all of the target's fields."""
    if before is None or not rest:
        return None
    return (*before, rest)


def _unknown(name: str) -> Problem:
    message = _("There is no field “%(name)s” to read here.") % {"name": name}
    return bad_parameter("fields", "unknown_field", message)


def _heads(resource: Resource, paths: Iterable[str], prefix: str) -> dict[str, int | None]:
    """Return what paths begin with, each with the most records of it: the highest number given."""
    given: dict[str, list[int]] = {}
    for path in paths:
        head = path.partition(".")[0]
        name, colon, modifier = head.partition(":")
        if not can_be_expanded(resource, name):
            message = _("“%(name)s” of %(resource)s can't be expanded.")
            shown = {"name": prefix + name, "resource": resource}
            raise bad_parameter("expand", "unknown_field", message % shown)
        if _depth(prefix + name) > DEEPEST_EXPAND:
            message = _("Expand reaches five relations at most; a back-relation counts as two.")
            raise bad_parameter("expand", "too_deep", message)
        given.setdefault(name, []).extend([_limit(resource, name, modifier)] if colon else [])
    return {
        name: None if name in resource.expand else max(limits, default=EXPANDED_RECORDS)
        for name, limits in given.items()
    }


def _depth(path: str) -> int:
    return sum(2 if "_via_" in name else 1 for name in path.split("."))


def _limit(resource: Resource, name: str, modifier: str) -> int:
    """Read the most records of a back-relation: `limit(5)`."""
    found = LIMIT.fullmatch(modifier)
    if name in resource.expand:
        message = _("“%(name)s” leads to one record and takes no limit.") % {"name": name}
        raise bad_parameter("expand", "invalid", message)
    if not found or not 1 <= int(found[1]) <= MOST_EXPANDED_RECORDS:
        message = _("Write “%(name)s:limit(5)” for five records; %(most)d are the most.")
        shown = {"name": name, "most": MOST_EXPANDED_RECORDS}
        raise bad_parameter("expand", "invalid", message % shown)
    return int(found[1])


def _tails(name: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Return what of a relation or back-relation is to be expanded in turn."""
    split = (path.partition(".") for path in paths)
    return tuple(rest for head, _dot, rest in split if rest and head.partition(":")[0] == name)
