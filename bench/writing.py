"""Writes at a steady pace, each with a mark that its deliveries are known by."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from threading import local
from time import perf_counter, sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench.listening import marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WRITERS = 8


@dataclass(frozen=True)
class Author:
    """Who writes cards where."""

    address: str
    path: str
    authorization: str
    card: Mapping[str, object]


class Writer:
    """Creates cards at a pace that late answers don't slow down."""

    def __init__(self, author: Author) -> None:
        self._author = author
        self._mine = local()
        self._numbers: Iterator[int] = count()

    def write(self, rate: float, seconds: float) -> dict[int, float]:
        """Write so many cards a second; returns when each was about to be sent."""
        began = perf_counter() + 0.05
        sent: dict[int, float] = {}
        with ThreadPoolExecutor(WRITERS) as pool:
            for turn in range(max(1, round(rate * seconds))):
                sleep(max(0, began + turn / rate - perf_counter()))
                pool.submit(self._create, next(self._numbers), sent)
        return sent

    def _create(self, number: int, sent: dict[int, float]) -> None:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = HTTPConnection(urlsplit(self._author.address).netloc)
        body = json.dumps({**self._author.card, "title": marked(number)})
        headers = {
            "Authorization": self._author.authorization,
            "Content-Type": "application/json",
        }
        sent[number] = perf_counter()
        self._mine.connection.request("POST", self._author.path, body, headers)
        answer = self._mine.connection.getresponse()
        answer.read()
        if answer.status not in (200, 201):
            del sent[number]
