"""How long to wait before a child process that died is started again."""

from time import monotonic

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
STEADY_SECONDS = 60.0
"""How long a child has to live so that the next pause is the first one again."""


class BackOff:
    """Growing pauses between the starts of a child that keeps dying."""

    def __init__(self) -> None:
        self.pause = FIRST_PAUSE
        self.started = monotonic()

    def begin(self) -> None:
        """Note that the child starts now."""
        self.started = monotonic()

    def next(self) -> float:
        """Return the seconds to wait after the child's death."""
        if monotonic() - self.started > STEADY_SECONDS:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(2 * self.pause, LONGEST_PAUSE)
        return pause
