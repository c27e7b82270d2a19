"""What is closed to a kind of actor, whatever rows there are: it is refused without a query."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from resources.actors import UnboundActor
from resources.query.options import rules_of_options

if TYPE_CHECKING:
    from resources.actors import ActorKind
    from resources.declaration import Resource
    from resources.query.options import ChosenOptions
    from resources.rules import Rule


@cache
def is_closed(resource: Resource, verb: str, kind: ActorKind, options: ChosenOptions = ()) -> bool:
    """Return whether a verb opens no row to actors of a kind, or `options` narrow a list to none.

    The feed of those whom one follows, say, is closed to whoever is not signed in.
    """
    rules: list[Rule] = [getattr(resource, verb), *rules_of_options(resource, options)]
    return any(rule.scope(UnboundActor(kind), resource.model) is False for rule in rules)
