"""An upload belongs to whoever claimed it last, in whichever process; nothing stays locked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async

from files.models import Upload
from tests.files.uploads.tus import Answer, Tus, content_of, metadata
from tests.other_process import other_process, tell

if TYPE_CHECKING:
    import subprocess

CONTENT = b"%PDF-1.7" + b"x" * 2_000_000
IMPORTS = """
from files.models import Upload
from files.uploads.claims import claim
from users.selectors import actor_of
"""
CLAIM = "row = Upload.objects.get(pk=line); claim(row.pk, actor_of(row.owner_id))"


def begun(dana: Tus) -> str:
    return dana.begins(len(CONTENT), upload_metadata=metadata(field="posts.attachment"))


async def sent_while_claimed(dana: Tus, place: str, other: subprocess.Popen[str]) -> Answer:
    """Send half, let the other process claim the upload, and send the rest."""
    request = dana.patch(place, 0)
    half = len(CONTENT) // 2
    await request.send(CONTENT[:half])
    while not await sync_to_async(Upload.objects.filter(claim=1).exists)():
        await asyncio.sleep(0.01)
    tell(other, place.rpartition("/")[2])
    await request.send(CONTENT[half:], is_last=True)
    return await request.answer()


def test_another_process_takes_an_upload_over(dana: Tus) -> None:
    place = begun(dana)
    with other_process(IMPORTS, CLAIM) as other:
        late = asyncio.run(sent_while_claimed(dana, place, other))
    assert (late.status, late.code) == (423, "taken_over")
    offset = dana.heads(place).offset
    assert offset < len(CONTENT)
    done = dana.patches(place, offset, CONTENT[offset:])
    assert content_of(done.headers["upload-file"]) == CONTENT


def test_a_process_that_dies_with_an_upload_locks_nobody_out(dana: Tus) -> None:
    place = begun(dana)
    with other_process(IMPORTS, CLAIM) as other:
        tell(other, place.rpartition("/")[2])
        other.kill()
    assert dana.patches(place, 0, CONTENT).status == 204
