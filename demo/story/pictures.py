"""Pictures as the story's members send them: files for a form."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from demo import artwork


def picture(element: str, rarity: str, number: int) -> BytesIO:
    """Return a card's front."""
    return _file(artwork.card_front(element, rarity, number), "front.png")


def copied(element: str, rarity: str, number: int) -> BytesIO:
    """Return the same front scaled down and compressed anew."""
    drawn = Image.open(BytesIO(artwork.card_front(element, rarity, number)))
    copy = BytesIO()
    drawn.convert("RGB").resize((drawn.width * 3 // 4, drawn.height * 3 // 4)).save(copy, "JPEG")
    return _file(copy.getvalue(), "mine.jpg")


def _file(content: bytes, name: str) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file
