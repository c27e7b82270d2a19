"""The one path matcher: which resource, record and action a path names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from resources import registry
from resources.declaration import Resource
from resources.models import Change

if TYPE_CHECKING:
    from resources.declaration import RecordAction

API_PREFIX = "/api/v1/"


class Target(NamedTuple):
    """What a path names; `record_id` is empty for the list, `action_name` without an action."""

    resource: Resource
    record_id: str = ""
    action_name: str = ""

    def action(self, method: str) -> RecordAction | None:
        """Return the action that the path and the method name together, if there is one."""
        for action in self.resource.actions:
            if (action.name, action.method) == (self.action_name, method):
                return action
        return None


def target_of(path: str) -> Target | None:
    """Return what a path below `/api/v1/` names, such as `cards/{id}/like`; None for no resource.

    Names of resources may have several segments (`auth/sessions`); the longest one that fits wins.
    """
    resource = registry.named(path)
    if resource is not None:
        return Target(resource)
    parent, _slash, last = path.rpartition("/")
    resource = registry.named(parent)
    if resource is not None:
        return Target(resource, last)
    parent, _slash, record_id = parent.rpartition("/")
    resource = registry.named(parent)
    return Target(resource, record_id, last) if resource is not None else None


class BatchOfWrites(Resource):
    """Several writes at once: in a resource's place, but without records, and so not registered."""

    name = "batch"


BATCH = Target(BatchOfWrites(Change))


def target_of_request(path: str) -> Target | None:
    """Return what the path of a request names: the batch, or what `target_of` says."""
    return BATCH if path == BATCH.resource.name else target_of(path)
