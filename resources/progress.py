"""How far a long command has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.core.management.base import OutputWrapper

type Progress = Callable[[str, int, int], None]
"""Is told of a part, how much of it is done, and of how much."""

WIDTH = 30


class ProgressBar:
    """Shows on a terminal how far each part of a command has come; nothing elsewhere."""

    def __init__(self, output: OutputWrapper) -> None:
        self.output = output

    def show(self, part: str, done: int, of: int) -> None:
        """Show that so much of a part is done."""
        if self.output.isatty():
            filled = min(WIDTH, WIDTH * done // of)
            bar = "█" * filled + "·" * (WIDTH - filled)
            self.output.write(f"\r  {part:12} {bar} {done}/{of}", ending="\n" * (done == of))
            self.output.flush()
