"""The perceptual hashes of a picture, one behind the other in one text.

They are of the whole, of what is left when a little is cut off each side, and of the mirror image.
A cut-out of a picture is as the one of its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 8
DIGITS = 2 * SIZE * SIZE // 4
CUTS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1)
"""Which part of the width is cut off at the left and at the right, and as much of the height."""
PLAIN = "-"
"""In place of the hashes of a plain area."""
COMPLETE = DIGITS * (len(CUTS) + 1)
"""The length of a text with all hashes; older pictures have less."""


def shown_hashes(stored: str) -> Sequence[str]:
    """Return the hashes of a picture and its cut-outs, from what `perceptual_hash` returned."""
    return _hashes(stored)[: len(CUTS)]


def asked_hashes(stored: str) -> Sequence[str]:
    """Return these and that of its mirror image, by which it is looked for."""
    return _hashes(stored)


def _hashes(stored: str) -> Sequence[str]:
    whole = len(stored) // DIGITS
    return [stored[DIGITS * place : DIGITS * (place + 1)] for place in range(whole)]
