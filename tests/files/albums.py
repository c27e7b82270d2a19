"""Albums of posts, as tests make and read them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files.services import store_picture
from tests.files.drawings import drawn, opened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.client import Response
    from tests.personas import Persona


def part(shade: int = 0) -> SimpleUploadedFile:
    """Return a picture as a part of a form; each shade is another one."""
    picture = Image.new("RGB", (8, 8), (shade, 0, 0))
    return SimpleUploadedFile(f"{shade}.png", drawn("PNG", picture))


def stored(persona: Persona, count: int) -> Sequence[str]:
    """Store pictures of a member and return their ids."""
    contents = [drawn("PNG") for _number in range(count)]
    return [str(store_picture(by=persona.actor, upload=BytesIO(each)).pk) for each in contents]


def ids(post: Mapping[str, Any]) -> Sequence[str]:
    """Return the ids of a post's pictures in their order."""
    return [image["id"] for image in post["images"]]


def shades(persona: Persona, post: Mapping[str, Any]) -> Sequence[int]:
    """Fetch the pictures of a post and return the shade of each."""
    found = []
    for image in post["images"]:
        fetched: Any = persona.api.client.get(image["url"])
        (shade, *_others) = opened(fetched.getvalue()).convert("RGB").getpixel((0, 0))
        found.append(shade)
    return found


def errors_of(response: Response) -> Mapping[str, str]:
    """Return the codes of a refusal by field."""
    assert response.status_code == 400, response.content
    return {error["field"]: error["code"] for error in response.json()["errors"]}
