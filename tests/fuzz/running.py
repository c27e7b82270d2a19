"""How many examples a strategy gets: few within the suite, many in a long run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

FACTOR_VARIABLE = "FUZZ_FACTOR"
STATUSES_VARIABLE = "FUZZ_STATUSES_FILE"


def examples(count: int) -> settings:
    """Return hypothesis' settings for `count` examples within the suite, always the same ones.

    A long run multiplies the count and chooses other examples with each seed.
    """
    factor = int(os.environ.get(FACTOR_VARIABLE, "0"))
    return settings(
        max_examples=count * max(1, factor),
        deadline=None,
        derandomize=not factor,
        database=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if factor else [])],
        suppress_health_check=list(HealthCheck),
    )
