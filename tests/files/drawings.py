"""Pictures for tests, drawn when they are asked for."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from files.pictures.decoding import opened as opened_upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from files.pictures.picture import Picture
    from resources.json_text import JsonObject

SIZE = (40, 30)
KINDS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
ANIMATED_KINDS = ("PNG", "WEBP", "GIF", "AVIF")
CLEAR, RED = (0, 0, 0, 0), (255, 0, 0, 255)


def drawn(kind: str, picture: Image.Image | None = None, **options: object) -> bytes:
    """Return the bytes of a picture, a plain one unless one is given."""
    file = BytesIO()
    (picture or Image.new("RGB", SIZE, (200, 40, 90))).save(file, kind, **options)
    return file.getvalue()


def animated(kind: str, frames: int = 3) -> bytes:
    """Return an animation of a red square that walks over nothing, 70 ms a step."""
    steps = [_step(number) for number in range(frames)]
    options: JsonObject = {"disposal": 2} if kind == "GIF" else {}
    return drawn(
        kind, steps[0], save_all=True, append_images=steps[1:], duration=70, loop=0, **options
    )


def _step(number: int) -> Image.Image:
    step = Image.new("RGBA", SIZE, CLEAR)
    step.paste(RED, (number * 10, 0, number * 10 + 10, 10))
    return step


def checked(content: bytes) -> Picture:
    """Send bytes through the check of uploads, in this process."""
    with opened_upload(BytesIO(content)) as upload:
        return upload.rewritten(BytesIO())


def opened(content: bytes) -> Any:
    """Open a picture's bytes as a browser would."""
    return Image.open(BytesIO(content))


def colours(picture: Any, places: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Return the colours at some places of the frame that is shown."""
    shown = picture.convert("RGBA")
    return [shown.getpixel(place) for place in places]
