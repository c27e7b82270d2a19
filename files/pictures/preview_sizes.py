"""Which pictures have previews, of what size: known without Pillow, which takes long to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from files.pictures.picture import Rendering

EDGE = 440
"""Pixels of a preview's shorter side: the width of a card in a `srcset`, or twice the width."""
LEAST_EDGE = 600
"""A picture whose shorter side has fewer pixels has no preview: it would save too little."""
MOST_PIXELS = 1_000_000
"""A preview of more pixels, that of a strip, would take too much memory to make."""


def preview_size(size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the size of the preview of a picture of `size`, None where it has none."""
    shorter = min(size)
    if shorter < LEAST_EDGE:
        return None
    scale = EDGE / shorter
    width, height = (round(edge * scale) for edge in size)
    return (width, height) if width * height <= MOST_PIXELS else None


def is_enough(rendering: Rendering, size: tuple[int, int]) -> bool:
    """Return whether the preview of a picture of `size` has all pixels that a rendering needs."""
    preview = preview_size(size)
    return preview is not None and all(
        wanted <= there
        for wanted, there in zip((rendering.width, rendering.height), preview, strict=True)
    )
