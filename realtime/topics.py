"""What can be subscribed to: a resource, one of its records, or those of an owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from resources import registry
from resources.errors import Problem, not_permitted, not_signed_in
from resources.http.authentication import require_scopes
from resources.query.reach import reached_by_list
from resources.visibility.audiences import Audience
from resources.visibility.queries import check_visibility_query, stream_query, stream_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.declaration import Resource

PARAMETERS = ("filter", "expand", "fields")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's resource, and what narrows it: one record, or a column with an owner's id."""

    resource: Resource
    record_id: UUID | None = None
    owner: tuple[str, str] | None = None


def read_topic(text: str) -> Topic:
    """Read `cards`, `cards/<id>` or `users/<id>/cards`; raises Problem 404 for what is no topic."""
    resource = registry.named(text)
    if resource is not None:
        return Topic(resource)
    before, _slash, last = text.rpartition("/")
    resource, record_id = registry.named(before), _uuid(last)
    if resource is not None and record_id is not None:
        return Topic(resource, record_id)
    for resource in registry.all_resources():
        owner = _owner(resource, text)
        if owner:
            return Topic(resource, owner=owner)
    raise Problem(404, "unknown_topic", _("There is no such topic."))


def audience_of(text: str, actor: Actor, asked: Mapping[str, str]) -> Audience:
    """Return the audience of a subscription, checked so that it can be asked about.

    `asked` has `filter`, `expand` and `fields`, each if given. Raises Problem 400, 401, 403, 404.
    """
    topic = read_topic(text)
    verb = "view" if topic.record_id else "list"
    parameters = narrowing(asked)
    if topic.owner:
        parameters |= [topic.owner]
    query = stream_query(topic.resource, urlencode(parameters))
    owner = (topic.resource.column(topic.owner[0]).attname, topic.owner[1]) if topic.owner else None
    audience = Audience(topic.resource, actor.kind, verb, query, topic.record_id, owner)
    require_listener(audience, actor)
    check_visibility_query(topic.resource, actor.kind, verb, query)
    return audience


def narrowing(asked: Mapping[str, str]) -> dict[str, str]:
    """Return those of a subscription's parameters that are given."""
    return {name: asked[name] for name in PARAMETERS if asked.get(name)}


def require_listener(audience: Audience, actor: Actor) -> None:
    """Raise Problem 401 or 403 unless an actor may be one of an audience of their kind."""
    resource, query = audience.resource, audience.query
    rule = stream_rule(resource, audience.verb, query)
    if rule.scope(actor, resource.model) is False:
        raise not_permitted() if actor.is_known else not_signed_in()
    if actor.scopes is not None:
        require_scopes(actor, {resource, *reached_by_list(resource, query)})


def _owner(resource: Resource, text: str) -> tuple[str, str] | None:
    """Match `users/<id>/cards` with the declared column that names the owner."""
    if not text.endswith(f"/{resource.name}"):
        return None
    owner, _slash, owner_id = text.removesuffix(f"/{resource.name}").rpartition("/")
    for column in resource.topics:
        target = resource.target(column)
        is_it = registry.is_registered(target) and registry.resource_of(target).name == owner
        if is_it and _uuid(owner_id):
            return column, str(UUID(owner_id))
    return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
