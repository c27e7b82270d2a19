"""What happens to a request, from top to bottom, on the fast path and through Django alike.

A step looks at the exchange and notes what it finds out, or returns an answer. Once there is an
answer only the final steps still run. A step that could block raises `MustRunInThread` in an event
loop; the server then runs it again in a thread (`server/read_executor.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.answers import problem_answer
from resources.http import batches, reads, writes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resources.answers import HttpAnswer
    from resources.http.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a pipeline.

    `is_final` runs even when there is an answer; `is_query` runs where queries run: those who ask
    the same at once share one run.
    """

    work: Callable[[Exchange], HttpAnswer | None]
    is_final: bool = False
    is_query: bool = False


HEADERS = (Step(writes.add_limits, is_final=True),)

READ = (
    Step(reads.authenticate),
    Step(reads.require_scopes_of_read),
    Step(reads.find_cached),
    Step(reads.check_query),
    Step(reads.run_query, is_query=True),
    Step(reads.store, is_final=True),
    Step(reads.leave_out_known, is_final=True),
    *HEADERS,
)
ADMISSION = (
    # Before the body is read.
    Step(reads.authenticate),
    Step(writes.count_write),
    Step(writes.require_scope_of_write),
    Step(writes.require_possible_creator),
    *HEADERS,
)
BEGIN_WRITE = (
    Step(writes.count_write),
    Step(writes.require_scope_of_write),
    Step(writes.require_scopes_of_answer),
    Step(writes.parse_body),
    Step(writes.require_unknown),
    Step(writes.run_write),
)
END_WRITE = (
    # Once the transaction has ended.
    Step(writes.answer_write),
    *HEADERS,
)
WRITE = (*BEGIN_WRITE, *END_WRITE)
BATCH_ADMISSION = (Step(reads.authenticate), *HEADERS)
READ_BATCH = (
    # Before it is handed to who writes, as limits are counted here.
    Step(batches.read_batch),
    Step(batches.count_batch),
    *HEADERS,
)
BATCH = (
    Step(batches.read_batch),
    Step(batches.count_batch),
    Step(batches.run_writes),
    *HEADERS,
)


def write_steps(exchange: Exchange) -> Sequence[Step]:
    """Return the steps that write what an exchange asks for."""
    return BATCH if exchange.request.is_batch else WRITE


def run(steps: Sequence[Step], exchange: Exchange) -> HttpAnswer | None:
    """Run steps in this thread and return the answer, if a step gave one.

    Every expected error becomes a problem document. Whatever an earlier run answered is forgotten.
    """
    exchange.answer = None
    for step in steps:
        if exchange.answer is None or step.is_final:
            try:
                answer = step.work(exchange)
            except Exception as error:  # noqa: BLE001 - what is not expected is raised again
                answer = problem_answer(error)
            if answer is not None:
                exchange.answer = answer
    return exchange.answer


def answer_of(steps: Sequence[Step], exchange: Exchange) -> HttpAnswer:
    """Run steps of which one answers, and return the answer."""
    answer = run(steps, exchange)
    if answer is None:
        raise LookupError("no step has answered")
    return answer
