"""An address tells by its name what is behind it, so that it never gets stale."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from files.models import File
from files.services import store_picture
from tests.client import Browser
from tests.files.drawings import drawn
from tests.files.stored import address_of

if TYPE_CHECKING:
    from tests.personas import Persona


def test_a_key_is_the_digest_of_what_is_stored(alice: Persona) -> None:
    file = store_picture(by=alice.actor, upload=BytesIO(drawn("PNG")))
    with default_storage.open(file.key) as stored:
        digest = sha256(stored.read())
    assert file.digest == digest.hexdigest()
    name = file.key.removeprefix("pictures/").removesuffix(".png")
    assert urlsafe_b64decode(f"{name[:43]}=") == digest.digest()
    assert name[43:] == f"-{file.pk.hex[-12:]}"


def test_equal_pictures_have_bytes_of_their_own(alice: Persona, bob: Persona) -> None:
    first, second = (
        store_picture(by=member.actor, upload=BytesIO(drawn("PNG"))) for member in (alice, bob)
    )
    assert first.digest == second.digest
    assert first.key != second.key
    other = store_picture(by=alice.actor, upload=BytesIO(drawn("JPEG")))
    assert other.digest != first.digest


def test_files_keep_the_keys_they_have_had(alice: Persona) -> None:
    key = f"pictures/2026/10/{'0a' * 16}.png"
    default_storage.save(key, ContentFile(drawn("PNG")))
    file = File.objects.create(
        owner=alice.user, key=key, content_type="image/png", size=1, width=1, height=1
    )
    answer = Browser().get(address_of(file), headers={"If-None-Match": "*"})
    assert (answer.status_code, answer["ETag"]) == (304, f'"{file.pk.hex}"')
