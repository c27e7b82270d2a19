"""What is stored is described, kept while it is used, and swept afterwards."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.utils import timezone

from files.models import File
from files.services import store_picture
from files.storage import is_storage_ready, set_up_storage
from files.tasks import sweep_unused_files
from tests.files.drawings import drawn
from tests.users.conftest import IMMEDIATELY

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona


def stored_by(persona: Persona, content: bytes = drawn("PNG"), *, days_ago: int = 2) -> File:
    file = store_picture(by=persona.actor, upload=BytesIO(content))
    File.objects.filter(pk=file.pk).update(unused_since=timezone.now() - timedelta(days=days_ago))
    return file


def test_the_sweep_takes_only_what_nothing_uses_for_a_day(
    alice: Persona, settings: Settings
) -> None:
    settings.TASKS = IMMEDIATELY
    unused = stored_by(alice)
    fresh = stored_by(alice, days_ago=0)
    used = [stored_by(alice) for _ in range(5)]
    front, back, cover, image, avatar = (str(file.pk) for file in used)
    alice.creates("cards", title="Dragon", front=front, back=back)
    alice.creates("collections", title="Mine", cover=cover)
    alice.creates("posts", text="Look", images=[image])
    alice.api.patch("users/me", {"avatar": avatar})
    assert sweep_unused_files() == 1
    kept = [*used, fresh]
    assert set(File.objects.values_list("pk", flat=True)) == {file.pk for file in kept}
    assert all(default_storage.exists(file.key) for file in kept)
    assert not default_storage.exists(unused.key)
    assert sweep_unused_files() == 0


def test_the_sweep_keeps_what_older_versions_of_a_card_show(alice: Persona) -> None:
    front = stored_by(alice)
    card = alice.creates("cards", title="Dragon", front=str(front.pk), status="published")
    alice.api.patch(f"cards/{card['id']}", {"front": None})
    assert sweep_unused_files() == 0
    restored = alice.api.post(f"cards/{card['id']}/restore", {"number": 1})
    assert restored.json()["front"]["id"] == str(front.pk)


def test_the_storage_can_be_set_up_again(db: None) -> None:
    assert is_storage_ready()
    name = default_storage.save("pictures/kept", BytesIO(b"x"))
    set_up_storage()
    assert is_storage_ready()
    assert default_storage.exists(name)
