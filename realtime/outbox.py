"""What waits to be sent to one client: bounded, so that a slow one costs no memory."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from realtime.counters import counters

MOST_FRAMES = 512
MOST_CHARACTERS = 4 * 1024 * 1024
STRANGERS_SHARE = 4
"""Whoever is not signed in may have the fourth part of that: a page of the log, or more."""


class Resettable(Protocol):
    """What events are about, and is told when some of them were dropped."""

    def told(self, kind: str) -> None:
        """Send a frame about itself."""


class Outbox:
    """Frames in order, each with the subscription it is about, if it is about one.

    Beyond the bounds the events are dropped, and their subscriptions told to reset when the client
    has caught up; answers are kept.
    """

    def __init__(self) -> None:
        self.frames: deque[tuple[str, Resettable | None]] = deque()
        self.characters = 0
        self.late: set[Resettable] = set()
        self.is_filled = asyncio.Event()
        self.is_ended = False
        self.is_of_member = False

    def put(self, text: str, about: Resettable | None = None) -> None:
        """Add a frame to be sent."""
        if about and self._is_full():
            self.late.add(about)
            self._drop_events()
        if about not in self.late:
            self._add(text, about)
        self.is_filled.set()

    def offer(self, text: str) -> bool:
        """Add a frame unless that is beyond the bounds; tells whether it was added."""
        if self._is_full():
            return False
        self.put(text)
        return True

    def end(self) -> None:
        """Send nothing more."""
        self.is_ended = True
        self.is_filled.set()

    def is_filling(self) -> bool:
        """Return whether so much waits that more should wait, too."""
        return len(self.frames) > MOST_FRAMES // 4

    async def next(self) -> str | None:
        """Wait for the next frame to send; None when there will be no more."""
        while not self.frames and not self.is_ended:
            self._catch_up()
            if not self.frames:
                self.is_filled.clear()
                await self.is_filled.wait()
        if self.is_ended:
            return None
        text, _about = self.frames.popleft()
        self.characters -= len(text)
        return text

    def _add(self, text: str, about: Resettable | None) -> None:
        self.frames.append((text, about))
        self.characters += len(text)

    def _is_full(self) -> bool:
        most = MOST_CHARACTERS if self.is_of_member else MOST_CHARACTERS // STRANGERS_SHARE
        return len(self.frames) >= MOST_FRAMES or self.characters >= most

    def _drop_events(self) -> None:
        kept = [(text, about) for text, about in self.frames if about is None]
        counters.dropped += len(self.frames) - len(kept)
        self.late |= {about for _text, about in self.frames if about is not None}
        self.frames.clear()
        self.characters = 0
        for text, about in kept:
            self._add(text, about)

    def _catch_up(self) -> None:
        """Tell the subscriptions that missed something to fetch anew; they hear on from here."""
        late, self.late = self.late, set()
        counters.resets += len(late)
        for subscription in late:
            subscription.told("reset")
