"""A picture goes with the last record that shows it: at once for readers, its bytes later."""

from __future__ import annotations

import errno
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from files.models import File
from files.services import forget_unused
from files.tasks import delete_bytes, sweep_unused_files
from files.unused import note_use_of
from resources.errors import unavailable
from resources.ids import new_id
from tests.client import Browser
from tests.config.test_full_disk import raising
from tests.files.drawings import drawn
from tests.personas import new_member
from tests.users.conftest import IMMEDIATELY
from tests.working import run_due, run_later, waiting

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

PUBLIC = {"status": "published", "visibility": "public"}


@pytest.fixture
def dana(transactional_db: None, settings: Settings) -> Persona:
    """A member, for tests that look at what follows a commit."""
    settings.TASKS = IMMEDIATELY
    return new_member("dana")


def sends(persona: Persona, path: str = "cards", name: str = "front", **values: object) -> Any:
    sent = persona.api.upload(path, {name: SimpleUploadedFile("x.png", drawn("PNG")), **values})
    assert sent.status_code == 201, sent.content
    shown = sent.json()[name]
    return (shown[0] if isinstance(shown, list) else shown)["id"], sent.json()["id"]


def is_unused(file_id: str) -> bool:
    """Return whether a file, of which all bytes are there, is marked as unused."""
    file = File.objects.get(pk=file_id)
    assert default_storage.exists(file.key)
    return file.unused_since is not None


def in_use(*file_ids: str) -> None:
    """Have the sweep find what is in use, as it does once an hour."""
    sweep_unused_files()
    assert not any(is_unused(file_id) for file_id in file_ids)


def swept_after(hours: int) -> int:
    """Sweep when what is unused has been so for some hours; returns how many files went."""
    at = timezone.now() - timedelta(hours=hours)
    File.objects.exclude(unused_since=None).update(unused_since=at)
    return sweep_unused_files()


def test_a_picture_goes_with_its_card_and_its_versions(dana: Persona) -> None:
    front, card = sends(dana, title="Dragon", **PUBLIC)
    in_use(front)
    key = File.objects.get(pk=front).key
    assert Browser().get(f"/files/{key}").status_code == 200
    assert dana.api.delete(f"cards/{card}").status_code == 204
    assert Browser().get(f"/files/{key}").status_code == 404
    assert is_unused(front)
    assert swept_after(hours=23) == 0
    assert is_unused(front)
    assert swept_after(hours=25) == 1
    assert not File.objects.exists()
    assert not default_storage.exists(key)


def test_a_picture_goes_with_its_post(dana: Persona) -> None:
    image, post = sends(dana, "posts", "images", text="Look")
    in_use(image)
    dana.api.delete(f"posts/{post}")
    assert is_unused(image)


def test_a_picture_that_another_replaces_is_unused(dana: Persona) -> None:
    cover, collection = sends(dana, "collections", "cover", title="Mine")
    in_use(cover)
    dana.api.patch(f"collections/{collection}", {"title": "Still mine"})
    assert not is_unused(cover)
    dana.api.patch(f"collections/{collection}", {"cover": None})
    assert is_unused(cover)


def test_a_picture_stays_while_another_record_shows_it(dana: Persona) -> None:
    front, card = sends(dana, title="Dragon")
    other = dana.creates("cards", title="Moth", back=front)
    in_use(front)
    dana.api.delete(f"cards/{card}")
    assert not is_unused(front)
    dana.api.delete(f"cards/{other['id']}")
    assert is_unused(front)


def test_a_picture_is_noted_as_used_when_one_of_its_records_goes(dana: Persona) -> None:
    front, card = sends(dana, title="Dragon")
    dana.creates("cards", title="Moth", back=front)
    assert is_unused(front), "until somebody looks"
    dana.api.delete(f"cards/{card}")
    assert not is_unused(front)


def test_nothing_is_written_of_a_picture_that_is_as_noted(dana: Persona) -> None:
    front, card = sends(dana, title="Dragon")
    in_use(front)
    with CaptureQueriesContext(connection) as asked:
        note_use_of([UUID(front)])
    assert len(asked) == 1
    dana.api.delete(f"cards/{card}")
    with CaptureQueriesContext(connection) as asked:
        note_use_of([UUID(front), new_id()])
    assert len(asked) == 2


def test_a_picture_that_is_shown_again_in_time_stays(dana: Persona) -> None:
    front, card = sends(dana, title="Dragon")
    dana.api.delete(f"cards/{card}")
    dana.creates("cards", title="Moth", back=front)
    assert swept_after(hours=25) == 0
    assert not is_unused(front)


def test_pictures_go_with_a_batch_of_deletions_and_stay_when_it_fails(dana: Persona) -> None:
    sent = [sends(dana, title="Dragon") for _number in range(2)]
    fronts = [front for front, _card in sent]
    in_use(*fronts)
    deletions = [{"method": "DELETE", "path": f"cards/{card}"} for _front, card in sent]
    wrong = {"method": "POST", "path": "cards", "body": {"title": ""}}
    assert dana.api.post("batch", {"requests": [*deletions, wrong]}).status_code == 400
    assert not any(is_unused(front) for front in fronts)
    assert dana.api.post("batch", {"requests": deletions}).status_code == 200
    assert all(is_unused(front) for front in fronts)


def test_records_without_pictures_are_deleted_as_ever(dana: Persona) -> None:
    card = dana.creates("cards", title="Dragon", status="published")
    dana.api.put(f"cards/{card['id']}/like")
    dana.api.delete(f"cards/{card['id']}/like")
    assert dana.api.delete(f"cards/{card['id']}").status_code == 204


def test_bytes_whose_row_is_back_are_kept(dana: Persona) -> None:
    front, _card = sends(dana, title="Dragon")
    with transaction.atomic():
        assert forget_unused([File.objects.get().pk]) == []
    delete_bytes.call([File.objects.get().key])
    in_use(front)


@pytest.mark.parametrize("failure", [unavailable(), OSError(errno.EIO, "secret")])
def test_bytes_are_deleted_later_if_the_storage_was_away(
    db: None, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    key = default_storage.save("picture.png", ContentFile(drawn("PNG")))
    with monkeypatch.context() as outage:
        outage.setattr(default_storage, "delete", raising(failure))
        delete_bytes.enqueue([key])
        assert run_due(delete_bytes) == 1
        assert waiting(delete_bytes).get().run_at > timezone.now()
    assert default_storage.exists(key)
    assert run_later(delete_bytes) == 1
    assert not default_storage.exists(key)
