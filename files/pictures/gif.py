"""GIFs as they are."""

from __future__ import annotations

from typing import override

from PIL import GifImagePlugin


class ColouredGif(GifImagePlugin.GifImageFile):
    """A GIF as it is: of one whose first frame is grey Pillow would show all others in grey."""

    @override
    def _is_palette_needed(self, p: bytes) -> bool:
        return True
