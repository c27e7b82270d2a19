"""Functions that run in processes of their own, so that they share no interpreter with a test."""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

spawning = multiprocessing.get_context("spawn")


@contextmanager
def processes_of(
    *works: tuple[Callable[..., None], *tuple[object, ...]],
) -> Iterator[list[Connection]]:
    """Run each function with a pipe and its arguments; yields our ends and kills all later."""
    pipes, running = [], []
    try:
        for function, *arguments in works:
            ours, theirs = spawning.Pipe()
            process = spawning.Process(target=function, args=(theirs, *arguments), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            running.append(process)
        yield pipes
    finally:
        for process in running:
            process.kill()
            process.join()
