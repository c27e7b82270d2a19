"""Positions: always one more between two, and short."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collections_app.positions import position_between

AT_ONE_END = 10_000


def placed(order: list[str], places: list[float]) -> list[str]:
    """Insert a position at each place (0 first, 1 last) of an order."""
    for place in places:
        index = round(place * len(order))
        before = order[index - 1] if index else ""
        after = order[index] if index < len(order) else ""
        order.insert(index, position_between(before, after))
    return order


PLACES = st.lists(st.sampled_from([0, 1]) | st.floats(0, 1), min_size=1, max_size=150)


@settings(deadline=None)
@given(PLACES)
def test_any_arrangement_stays_in_order(places: list[float]) -> None:
    order = placed([], places)
    assert all(earlier < later for earlier, later in pairwise(order))


@settings(deadline=None)
@given(PLACES, PLACES, st.data())
def test_there_is_always_room_where_something_was(
    places: list[float], more: list[float], draw: st.DataObject
) -> None:
    order = placed([], places)
    kept = [position for position in order if draw.draw(st.booleans())]
    order = placed(kept, more)
    assert all(earlier < later for earlier, later in pairwise(order))


@pytest.mark.parametrize("end", [0, 1])
def test_going_on_at_one_end_keeps_positions_short(end: int) -> None:
    position = position_between("", "")
    for _ in range(AT_ONE_END):
        following = position_between(position, "") if end else position_between("", position)
        assert (following > position) is bool(end)
        position = following
    assert len(position) <= 5


def test_turning_round_at_an_end_stays_in_order() -> None:
    low = high = position_between("", "")
    for _ in range(200):
        low, high = position_between("", low), position_between(high, "")
    for _ in range(400):
        low, high = position_between(low, ""), position_between("", high)
    assert low > high


def test_one_gap_can_be_split_hundreds_of_times() -> None:
    before, after = "V", "W"
    for _ in range(300):
        after = position_between(before, after)
    assert len(after) <= 64


@pytest.mark.parametrize(("before", "after"), [("V", "V"), ("b", "a"), ("V5", "V")])
def test_nothing_fits_between_what_is_out_of_order(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="is not before"):
        position_between(before, after)
