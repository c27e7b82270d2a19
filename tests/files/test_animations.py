"""An animation stays one: its frames, their times, and what is clear in them."""

from __future__ import annotations

import pytest

from tests.files.drawings import ANIMATED_KINDS, CLEAR, RED, animated, checked, colours, opened

SQUARES = [(5, 5), (15, 5), (25, 5)]
CORNER = (39, 29)


@pytest.mark.parametrize("kind", ANIMATED_KINDS)
def test_an_animation_keeps_its_frames_and_their_times(kind: str) -> None:
    kept = opened(checked(animated(kind)).content.read())
    assert kept.n_frames == 3
    for number in range(3):
        kept.seek(number)
        kept.load()
        assert kept.info["duration"] == 70


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_what_is_clear_in_a_frame_stays_clear(kind: str) -> None:
    kept = opened(checked(animated(kind)).content.read())
    for number in range(3):
        kept.seek(number)
        expected = [RED if place == SQUARES[number] else CLEAR for place in SQUARES]
        assert colours(kept, [*SQUARES, CORNER]) == [*expected, CLEAR]
