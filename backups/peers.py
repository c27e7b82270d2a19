"""Two processes that move a database, one at each: what one asks and the other answers.

Between them go JSON documents, one a line. A request is `[name, arguments]`, its answer
`[value, error]`; they come in the order of the requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from django.core.management.base import CommandError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator, Mapping

type Request = tuple[str, dict[str, object]]

MOST_UNANSWERED = 16
"""How many requests are sent ahead, so that neither process waits for the other."""


class MoveError(CommandError):
    """A move that can't go on; the message says why."""


class MovePeer:
    """The other process, as the one sees it that asks."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._answers = line.makefile("rb")

    def ask(self, name: str, **arguments: object) -> object:
        """Return the answer to one request; raises MoveError if it can't be carried out."""
        (answer,) = self.answers([(name, arguments)])
        return answer

    def answers(self, requests: Iterable[Request]) -> Iterator[object]:
        """Yield the answer to each request; raises MoveError at the first that fails."""
        unanswered = 0
        for request in requests:
            self._line.sendall(orjson.dumps(request) + b"\n")
            unanswered += 1
            if unanswered > MOST_UNANSWERED:
                yield self._next()
                unanswered -= 1
        for _request in range(unanswered):
            yield self._next()

    def carry_out(self, requests: Iterable[Request]) -> None:
        """Have requests carried out whose answers say nothing."""
        for _answer in self.answers(requests):
            pass

    def close(self) -> None:
        """Let the other process end."""
        self._answers.close()
        self._line.close()

    def _next(self) -> object:
        text = self._answers.readline()
        if not text:
            raise MoveError("The process at the other database has ended.")
        value, error = orjson.loads(text)
        if error:
            raise MoveError(str(error))
        return value


def answer_requests(line: socket.socket, handlers: Mapping[str, Callable[..., object]]) -> None:
    """Answer requests until the other process is gone; one that fails ends this one, too."""
    with line.makefile("rb") as requests:
        for text in requests:
            name, arguments = orjson.loads(text)
            try:
                answer = [handlers[name](**arguments), None]
            except Exception as error:
                kind = "" if isinstance(error, CommandError) else f"{type(error).__name__}: "
                line.sendall(orjson.dumps([None, f"{kind}{error}".strip()]) + b"\n")
                raise
            line.sendall(orjson.dumps(answer) + b"\n")
