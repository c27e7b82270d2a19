"""How many forms with files are taken at once, in all and of one network."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from files.pictures.executor import RETRY_SECONDS, too_many_pictures
from resources.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator


class UploadLimit:
    """Counts uploads: those of a network that are under way, and those that are being answered.

    Sending may take long, and answering needs a thread and a process, of which there are few. So an
    upload is refused before it is read when it could not be answered just now, and no network may
    fill the line by itself.
    """

    def __init__(self) -> None:
        self.of_network: Counter[str] = Counter()
        self.answered = 0

    @contextmanager
    def admitted(self, network: str) -> Iterator[None]:
        """Count an upload from before its body is read; raises Problem 429 or 503.

        An empty network has no limit of its own.
        """
        self._require_room()
        if network and self.of_network[network] >= settings.MOST_UPLOADS_PER_NETWORK > 0:
            raise _too_many()
        self.of_network[network] += 1
        try:
            yield
        finally:
            self.of_network[network] -= 1
            if not self.of_network[network]:
                del self.of_network[network]

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count an upload that has come and is to be answered; raises Problem 503."""
        self._require_room()
        self.answered += 1
        try:
            yield
        finally:
            self.answered -= 1

    def _require_room(self) -> None:
        if self.answered >= settings.UPLOAD_THREADS + settings.PICTURES_WAITING:
            raise too_many_pictures()


def _too_many() -> Problem:
    later = {"Retry-After": str(RETRY_SECONDS)}
    detail = _("Too many files of your network are being sent. Try again later.")
    return Problem(429, "too_many_uploads", detail, headers=later)
