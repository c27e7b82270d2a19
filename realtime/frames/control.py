"""The frames of clients that are about the connection and its subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtime.close_codes import TOO_MANY, CloseReason, shutdown_reason
from realtime.frames.members import REF, TOPIC, Member, optional, text
from realtime.frames.table import Budget, Operation, ReceivedFrame
from realtime.listener import problem_frame
from realtime.subscriptions import frame
from realtime.topics import PARAMETERS
from resources.errors import Problem

if TYPE_CHECKING:
    from realtime.frames.table import Content
    from realtime.listener import Listener


async def sign_in(listener: Listener, token: str | None, ref: object) -> None:
    """Authenticate a token, or admit a guest if it is None; else end the connection."""
    try:
        if token is None:
            listener.admit()
        elif await listener.authenticate(token):
            user = str(listener.actor.id)
            listener.outbox.put(frame("authenticated", ref=ref, user=user))
    except Problem as problem:
        listener.dismiss(_refusal(problem))


def _refusal(problem: Problem) -> CloseReason:
    """Return why a client may not connect; 503 means that the process is about to end."""
    if problem.status == 503:
        return shutdown_reason()
    return CloseReason("error", problem_frame(None, problem), TOO_MANY)


async def _auth(listener: Listener, content: Content) -> None:
    await sign_in(listener, str(content.get("token", "")), content.get("ref"))


async def _subscribe(listener: Listener, content: Content) -> None:
    ref, topic = str(content.get("ref", "")), str(content.get("topic", ""))
    asked = {name: str(content[name]) for name in PARAMETERS if content.get(name)}
    since = content.get("since")
    try:
        await listener.subscribe(ref, topic, asked, "" if since is None else str(since))
    except Problem as problem:
        # An answer that the client waits for: it is never dropped, however much waits to be sent.
        listener.outbox.put(problem_frame(ref, problem))


async def _unsubscribe(listener: Listener, content: Content) -> None:
    ref = str(content.get("ref"))
    if listener.unsubscribe(ref):
        listener.outbox.put(frame("unsubscribed", ref=ref))
    else:
        listener.outbox.put(frame("error", ref=ref, code="unknown_subscription"))


async def _ping(listener: Listener, content: Content) -> None:
    listener.outbox.put(frame("pong", ref=content.get("ref")))


CONTROL_FRAMES = (
    ReceivedFrame(
        name="auth",
        message="Auth",
        summary="Sign in, or give a new token before the old one runs out.",
        members={"ref": optional(REF), "token": Member(text("An access token or an API key."))},
        examples=[{"token": "eyJhbGciOi…"}],
        operation=Operation(
            "authenticate",
            "Be the member whom a token stands for, from now on.",
            ("Authenticated", "Revoked"),
        ),
        budget=Budget.CONTROL,
        handler=_auth,
    ),
    ReceivedFrame(
        name="subscribe",
        message="Subscribe",
        summary="Listen to a topic. A `ref` that is in use is taken over.",
        members={
            "ref": REF,
            "topic": TOPIC,
            "filter": optional(Member(text("What to hear of, as in lists."))),
            "expand": optional(Member(text("Relations to show with each record."))),
            "fields": optional(Member(text("What to show of each record."))),
            "since": optional(Member(text("The cursor after which to hear."))),
        },
        examples=[
            {"ref": "1", "topic": "cards", "filter": 'rarity="epic"', "expand": "creator"},
            {"ref": "1", "topic": "cards", "since": "4711"},
        ],
        operation=Operation(
            "subscribe",
            "Listen to a topic; what was missed comes before `subscribed`, what happens after it.",
            ("Subscribed", "Error"),
        ),
        budget=Budget.CONTROL,
        handler=_subscribe,
    ),
    ReceivedFrame(
        name="unsubscribe",
        message="Unsubscribe",
        summary="Listen no more.",
        members={"ref": REF},
        examples=[{"ref": "1"}],
        operation=Operation("unsubscribe", "Listen no more.", ("Unsubscribed", "Error")),
        budget=Budget.CONTROL,
        handler=_unsubscribe,
    ),
    ReceivedFrame(
        name="ping",
        message="Ping",
        summary="Ask for a sign of life.",
        members={"ref": optional(REF)},
        examples=[{}],
        operation=Operation("ping", "Ask for a sign of life.", ("Pong",)),
        budget=Budget.CONTROL,
        handler=_ping,
    ),
)
