"""Pictures are what their bytes are: checked, rewritten, served, swept."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from files.models import File
from files.pictures import read_picture
from files.services import describe_file, store_picture, sweep_unused_files
from files.storage import is_storage_ready, set_up_storage
from files.tasks import describe_picture, sweep

if TYPE_CHECKING:
    from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

    from tests.personas import Persona

SIZE = (40, 30)
ORIENTATION, GPS = 0x0112, 0x8825


def drawn(kind: str, **options: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", SIZE, (200, 40, 90)).save(file, kind, **options)
    return file.getvalue()


@pytest.fixture(autouse=True)
def storage() -> None:
    set_up_storage()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    picture = read_picture(BytesIO(drawn(kind)))
    assert picture.content_type == f"image/{kind.lower()}"
    assert (picture.width, picture.height) == SIZE
    assert Image.open(BytesIO(picture.content)).format == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a<script>",
        drawn("PNG")[:60],
        drawn("JPEG")[:200],
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        read_picture(BytesIO(content))
    assert refused.value.code == "not_a_picture"


def test_nothing_survives_behind_a_picture() -> None:
    picture = read_picture(BytesIO(drawn("PNG") + b"<script>alert(1)</script>"))
    assert b"script" not in picture.content


def test_metadata_is_stripped_and_orientation_kept() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N"}
    picture = read_picture(BytesIO(drawn("JPEG", exif=exif)))
    assert (picture.width, picture.height) == SIZE[::-1]
    assert not Image.open(BytesIO(picture.content)).getexif()


def test_an_animation_stays_one() -> None:
    frames = [Image.new("RGB", SIZE, (shade, 0, 0)) for shade in (0, 120, 240)]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
    picture = read_picture(BytesIO(file.getvalue()))
    assert getattr(Image.open(BytesIO(picture.content)), "n_frames", 1) == 3


def test_a_picture_cannot_be_too_large(settings: Settings) -> None:
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    with pytest.raises(ValidationError) as refused:
        read_picture(BytesIO(bomb.getvalue()))
    assert refused.value.code == "too_many_pixels"
    settings.PICTURE_BYTES_LIMIT = 20
    with pytest.raises(ValidationError) as refused:
        read_picture(BytesIO(drawn("PNG")))
    assert refused.value.code == "too_large"


def test_alice_can_send_a_picture_with_a_card_or_before_it(
    alice: Persona,
    bob: Persona,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        upload = SimpleUploadedFile("x.txt", drawn("PNG"))
        sent = alice.api.upload("cards", {"title": "Dragon", "front": upload})
    assert sent.status_code == 201, sent.content
    front = sent.json()["front"]
    assert (front["content_type"], front["width"]) == ("image/png", SIZE[0])
    again = alice.api.post("cards", {"title": "Moth", "front": front["id"]})
    assert again.json()["front"]["url"] == front["url"]
    stolen = bob.api.post("cards", {"title": "Thief", "front": front["id"]})
    assert stolen.json()["errors"][0]["field"] == "front"
    fake = SimpleUploadedFile("x.png", b"hello")
    refused = alice.api.upload("cards", {"title": "Fake", "front": fake})
    assert refused.json()["errors"][0]["code"] == "not_a_picture"


def test_anyone_can_fetch_a_file_by_its_address(alice: Persona) -> None:
    content = drawn("PNG")
    file = store_picture(by=alice.actor, upload=BytesIO(content))
    address = f"/files/{file.key}"
    client: Any = Client()
    whole = client.get(address)
    body = b"".join(whole.streaming_content)
    assert len(body) == file.size == int(whole["Content-Length"])
    assert whole["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "immutable" in whole["Cache-Control"]
    part = client.get(address, headers={"Range": "bytes=2-5"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, body[2:6])
    tail = client.get(address, headers={"Range": "bytes=-3"})
    assert b"".join(tail.streaming_content) == body[-3:]
    assert client.get(address, headers={"Range": "bytes=99999-"}).status_code == 416
    assert client.get(address, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    assert client.head(address)["Content-Length"] == str(file.size)
    download = client.get(f"{address}?download=1")
    assert b"".join(download.streaming_content) == body
    assert download["Content-Disposition"].startswith("attachment")
    assert client.get("/files/../manage.py").status_code == 404


def test_a_blur_is_computed_in_the_background(alice: Persona) -> None:
    file = store_picture(by=alice.actor, upload=BytesIO(drawn("PNG")))
    describe_picture.call(str(file.pk))
    file.refresh_from_db()
    assert len(file.blurhash) > 6
    describe_file(file.pk)


def test_the_sweep_takes_only_what_nothing_uses(alice: Persona) -> None:
    old = timezone.now() - timedelta(days=2)
    used, unused = (store_picture(by=alice.actor, upload=BytesIO(drawn("PNG"))) for _ in range(2))
    fresh = store_picture(by=alice.actor, upload=BytesIO(drawn("PNG")))
    File.objects.filter(pk__in=[used.pk, unused.pk]).update(created_at=old)
    alice.creates("cards", title="Dragon", front=str(used.pk))
    assert sweep_unused_files() == 1
    assert set(File.objects.values_list("pk", flat=True)) == {used.pk, fresh.pk}
    assert default_storage.exists(used.key)
    assert sweep.call() == 0


def test_the_storage_is_ready_once_it_is_set_up() -> None:
    assert is_storage_ready()
    set_up_storage()
    call_command("check")
