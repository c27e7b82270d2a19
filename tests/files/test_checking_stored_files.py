"""`./holo files check` and `repair`: rows and stored bytes that don't fit each other."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image

from files.care import checking
from files.care.places import current_place
from files.models import File, Upload, Variant
from files.pictures.picture import Rendering
from files.services import store_picture
from files.transforms.variants import variant
from tests.files.drawings import drawn
from tests.files.served import emptied, stored

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

CLEAN: JsonObject = {
    "missing": [],
    "wrong_size": [],
    "damaged": [],
    "lost_variants": [],
    "unknown": [],
}


@pytest.fixture(autouse=True)
def nothing_else(storage: None) -> None:
    emptied(current_place())


@pytest.fixture
def hours_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is stored now be old when it is checked."""
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(checking, "timezone", SimpleNamespace(now=lambda: later))


def run(part: str, *options: str) -> tuple[int, Any]:
    """Run a part of the command; returns its exit status and what it wrote."""
    output = StringIO()
    try:
        call_command("files", part, "--json", *options, stdout=output)
    except CommandError as error:
        return error.returncode, json.loads(output.getvalue())
    return 0, json.loads(output.getvalue())


def replaced(file: File, content: bytes) -> None:
    default_storage.delete(file.key)
    default_storage.save(file.key, ContentFile(content))


def test_what_fits_is_not_reported(alice: Persona, hours_later: None) -> None:
    picture = drawn("PNG", Image.effect_noise((300, 400), 60))
    file = store_picture(by=alice.actor, upload=BytesIO(picture))
    variant(file, Rendering(100, 100, "", "WEBP"))
    default_storage.save("exports/somebody.zip", ContentFile(b"belongs to others"))
    assert run("check", "--read") == (0, {"files": 1, **CLEAN})
    assert run("repair") == (0, {"files": 1, **CLEAN})
    assert default_storage.exists("exports/somebody.zip")


def test_what_is_under_way_is_not_reported(alice: Persona) -> None:
    del alice
    row_alone = stored(b"its bytes come later")
    default_storage.delete(row_alone.key)
    default_storage.save("pictures/its-row-comes-later.png", ContentFile(b"x"))
    assert run("check") == (0, {"files": 1, **CLEAN})


def test_each_kind_of_misfit_is_found_and_mended_where_that_can_be(
    alice: Persona, hours_later: None
) -> None:
    unused, shown, shorter, damaged, whole = (stored(b"1234%d" % number) for number in range(5))
    File.objects.filter(pk=shown.pk).update(owner=alice.user)
    alice.creates("cards", title="Dragon", front=str(shown.pk))
    lost = Variant.objects.create(
        file=whole, name="9x9.webp", claimed_until=timezone.now(), size=1, digest="0" * 64
    )
    for file in (unused, shown):
        default_storage.delete(file.key)
    replaced(shorter, b"1")
    replaced(damaged, b"54321")
    orphans = ["attachments/left.pdf", "pictures/left.png", "variants/pictures/left/1x1.webp"]
    for key in orphans:
        default_storage.save(key, ContentFile(b"left"))
    found = {
        "files": 5,
        "missing": sorted([unused.key, shown.key]),
        "wrong_size": [shorter.key],
        "damaged": [],
        "lost_variants": [lost.key],
        "unknown": orphans,
    }
    status, told = run("check")
    assert (status, {**told, "missing": sorted(told["missing"])}) == (1, found)
    assert run("check", "--read")[1]["damaged"] == [damaged.key]
    assert run("repair", "--read")[0] == 1
    left = {"missing": [shown.key], "wrong_size": [shorter.key], "damaged": [damaged.key]}
    assert run("check", "--read") == (1, {**CLEAN, **left, "files": 4})
    assert not any(default_storage.exists(key) for key in orphans)
    assert not Variant.objects.exists()


def test_what_ended_uploads_have_left_is_found(alice: Persona, hours_later: None) -> None:
    waiting = Upload.objects.create(owner_id=str(alice.actor.id), expires_at=timezone.now())
    for upload_id in (waiting.pk, uuid4()):
        default_storage.save(f"uploads/{upload_id.hex}/data", ContentFile(b"some"))
    status, found = run("check")
    assert (status, len(found["unknown"])) == (1, 1)
    assert waiting.pk.hex not in found["unknown"][0]
    assert run("repair")[0] == 0
    assert run("check") == (0, {"files": 0, **CLEAN})
    assert default_storage.exists(f"uploads/{waiting.pk.hex}/data")


def test_people_are_told_in_words(alice: Persona, hours_later: None) -> None:
    del alice
    file = stored(b"gone")
    default_storage.delete(file.key)
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("files", "check", stdout=output)
    assert output.getvalue() == (f"1 files checked.\n1 files whose bytes are gone:\n  {file.key}\n")
