"""Each speed trick of the ledger can be measured: the plain way in its place still fits."""

from __future__ import annotations

import pytest

from bench.tricks.entries import TRICKS, Trick


@pytest.mark.embedded
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.name)
def test_a_plain_way_can_be_swapped_in(trick: Trick) -> None:
    with trick.swap():
        pass
