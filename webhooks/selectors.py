"""Which webhooks hear of what."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from webhooks.models import Webhook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from webhooks.models import WebhookQuerySet

EVERYTHING = "*"
NEVER_TOLD = "webhooks"
"""A webhook is not told of webhooks: each of its failures would have news to deliver."""
FRESH_FOR = 10.0
"""Seconds after which a process asks again what is listened to."""


class Topics:
    """What any active webhook listens to, kept in memory: every write of the product asks."""

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()
        self.good_until = 0.0

    def include(self, resource: str) -> bool:
        """Return whether some webhook listens to a resource, to `FRESH_FOR` seconds."""
        if monotonic() >= self.good_until:
            active = Webhook.objects.filter(is_active=True)
            self.names = frozenset(name for _key, names in _topics_of(active) for name in names)
            self.good_until = monotonic() + FRESH_FOR
        return is_heard(self.names, resource)

    def forget(self) -> None:
        """Ask anew at the next use."""
        self.good_until = 0.0


topics = Topics()


def is_heard(names: Iterable[str], resource: str) -> bool:
    """Return whether a change of a resource is among the topics of these names."""
    return resource != NEVER_TOLD and (resource in names or EVERYTHING in names)


def idle_webhooks(resource: str, at: datetime) -> list[UUID]:
    """Return the webhooks that listen to a resource and that no task looks after by a time."""
    return [key for key, names in _topics_of(Webhook.objects.idle(at)) if is_heard(names, resource)]


def _topics_of(webhooks: WebhookQuerySet) -> Iterable[tuple[UUID, list[str]]]:
    return webhooks.values_list("pk", "topics")
