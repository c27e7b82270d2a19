"""A client that listens: who it is, what it has subscribed to, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from channels.db import database_sync_to_async
from django.conf import settings

from realtime.audience_budgets import budgets
from realtime.audience_queue import audiences
from realtime.close_codes import REVOKED_REASON, CloseReason
from realtime.connections import connections, too_many_subscriptions
from realtime.counters import counters
from realtime.hub import hub, late_hub
from realtime.outbox import Outbox
from realtime.revocation import unwatch, watch
from realtime.rooms.membership import Membership
from realtime.subscriptions import Subscription, frame
from resources.actors import ANONYMOUS
from resources.errors import Problem, not_permitted
from resources.http.authentication import actor_of_token
from resources.http.client_networks import address_of_scope, client_network
from resources.http.throttles import rate_limit_keys
from resources.visibility.feed_cursor import read_feed_cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.visibility.audiences import Audience

# Not in the thread that Channels shares: it may be busy with the very write that rang the bell.
access = ThreadPoolExecutor(1, "access")
find_actor = database_sync_to_async(actor_of_token, thread_sensitive=False, executor=access)


class Listener:
    """One connection, whichever protocol it speaks; frames to send come from `outbox`.

    When there are no more of them, `close_reason` says why the connection ends.
    """

    def __init__(self, transport: str, scope: Mapping[str, object]) -> None:
        self.loop = asyncio.get_running_loop()
        self.transport = transport
        self.network = client_network(address_of_scope(scope))
        self.close_reason = REVOKED_REASON
        self.outbox = Outbox()
        self.membership = Membership(self.outbox)
        self.actor: Actor = ANONYMOUS
        self.token = ""
        self.subscriptions: dict[str, Subscription] = {}
        self.rechecks: asyncio.Task[None] | None = None

    def admit(self) -> None:
        """Count among those of its network until it is signed in; raises Problem 429 or 503."""
        most = settings.MOST_CONNECTIONS_PER_ADDRESS if self.network else 0
        connections().admit(self, self.network, most)

    async def authenticate(self, token: str) -> bool:
        """Act for the token's member from now on; a bad token ends the connection.

        Raises Problem 429 when the member has too many connections, 503 when the process ends.
        """
        self._unwatch()
        self.token = token
        actor = await self._ask()
        if actor is None or actor.id is None:
            self.dismiss(REVOKED_REASON)
            return False
        connections().admit(self, str(actor.id), settings.MOST_CONNECTIONS_PER_USER)
        watch(actor.id, self)
        self.rechecks = asyncio.create_task(self._recheck())
        await self._act_as(actor)
        return True

    async def subscribe(self, ref: str, topic: str, asked: Mapping[str, str], since: str) -> None:
        """Listen to a topic; raises Problem when it can't be listened to."""
        if len(self.subscriptions) >= settings.MOST_SUBSCRIPTIONS:
            raise too_many_subscriptions()
        audience = await self._find_audience(topic, asked)
        self.unsubscribe(ref)
        connections().add_subscription(self)
        wanted = read_feed_cursor(since)
        subscriber = audience.subscriber_id(self.actor)
        subscription = Subscription(
            ref, topic, audience, subscriber, self.outbox, wanted, dict(asked)
        )
        self.subscriptions[ref] = subscription
        holders = rate_limit_keys(self.actor, self.network)
        if budgets().take(holders, audience):
            subscription.hub, subscription.holders = hub(), holders
        else:
            subscription.hub = late_hub()
        subscription.hub.subscribe(subscription)

    def unsubscribe(self, ref: str) -> bool:
        """Listen no more; tells whether there was something to end."""
        subscription = self.subscriptions.pop(ref, None)
        if subscription is not None:
            connections().drop_subscription(self)
            budgets().give_back(subscription.holders, subscription.audience)
            if subscription.hub:
                subscription.hub.unsubscribe(subscription)
        return subscription is not None

    @property
    def is_idle(self) -> bool:
        """Return whether nobody is signed in and nothing is listened to."""
        is_used = self.actor.is_known or self.subscriptions or self.membership.rooms
        return not is_used

    def dismiss(self, close_reason: CloseReason) -> None:
        """End everything and tell the client why."""
        self.close_reason = close_reason
        counters.revoked += close_reason is REVOKED_REASON
        self.close()

    def close(self) -> None:
        """End everything; whatever is still under way finds that the outbox has ended."""
        self.outbox.end()
        self._unwatch()
        self.membership.leave_all()
        for ref in list(self.subscriptions):
            self.unsubscribe(ref)
        connections().release(self)

    async def reauthorise(self) -> None:
        """Ask again who the token stands for; what nobody may hear any more ends here."""
        actor = await self._ask()
        if actor is None:
            self.dismiss(REVOKED_REASON)
        elif actor != self.actor:
            await self._act_as(actor)
        else:
            await self.membership.recheck()

    async def _act_as(self, actor: Actor) -> None:
        """Ask everything anew as another actor: what was shown before may be out of sight now."""
        self.actor = actor
        self.outbox.is_of_member = actor.is_known
        for ref, old in list(self.subscriptions.items()):
            self.unsubscribe(ref)
            self.outbox.put(frame("reset", ref=ref, topic=old.topic))
            try:
                await self.subscribe(ref, old.topic, old.asked, "")
            except Problem as problem:
                self.outbox.put(problem_frame(ref, problem))
        await self.membership.act_as(actor)

    async def _find_audience(self, topic: str, asked: Mapping[str, str]) -> Audience:
        """Wait for the audience as whom the connection is by then: that can change meanwhile."""
        asked_as = self.actor
        audience = await audiences().find(self.network, topic, asked_as, asked)
        while asked_as != self.actor:
            asked_as = self.actor
            audience = await audiences().find(self.network, topic, asked_as, asked)
        if self.outbox.is_ended:
            raise not_permitted()
        return audience

    async def _ask(self) -> Actor | None:
        with suppress(Problem):
            return await find_actor(self.token)
        return None

    async def _recheck(self) -> None:
        """Look again now and then: tokens run out, and another process's changes make no bell."""
        while not self.outbox.is_ended:
            await asyncio.sleep(settings.REALTIME_RECHECK_SECONDS)
            await self.reauthorise()

    def _unwatch(self) -> None:
        if self.actor.id:
            unwatch(self.actor.id, self)
        self.actor = ANONYMOUS
        if self.rechecks and self.rechecks is not asyncio.current_task():
            self.rechecks.cancel()
        self.rechecks = None


def problem_frame(ref: object, problem: Problem) -> str:
    """Write a problem as an `error` frame."""
    known = problem.as_json()
    kept = {name: known[name] for name in ("code", "detail", "status", "errors") if name in known}
    return frame("error", ref=ref, **kept)
