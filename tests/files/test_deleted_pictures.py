"""A picture goes with the last record that shows it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from files.models import File
from files.services import forget_unused
from files.tasks import MOST_ATTEMPTS, delete_bytes
from resources.errors import unavailable
from tests.config.test_full_disk import raising
from tests.files.drawings import drawn
from tests.personas import new_member
from tests.users.conftest import IMMEDIATELY

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona


@pytest.fixture
def dana(transactional_db: None, settings: Settings) -> Persona:
    """A member, for tests that look at what follows a commit."""
    settings.TASKS = IMMEDIATELY
    return new_member("dana")


def sends(persona: Persona, path: str = "cards", name: str = "front", **values: object) -> Any:
    sent = persona.api.upload(path, {name: SimpleUploadedFile("x.png", drawn("PNG")), **values})
    assert sent.status_code == 201, sent.content
    return sent.json()


def is_there(picture: Any) -> bool:
    key = picture["url"].removeprefix("/files/").partition("?")[0]
    row = File.objects.filter(key=key).exists()
    assert default_storage.exists(key) is row
    return row


def test_a_picture_goes_with_its_card_and_its_versions(dana: Persona) -> None:
    card = sends(dana, title="Dragon", status="published", visibility="public")
    assert dana.api.get(f"cards/{card['id']}").json()["front"]["url"] == card["front"]["url"]
    assert is_there(card["front"])
    assert dana.api.delete(f"cards/{card['id']}").status_code == 204
    assert not is_there(card["front"])
    assert dana.api.client.get(card["front"]["url"]).status_code == 404


def test_a_picture_goes_with_its_post(dana: Persona) -> None:
    post = sends(dana, "posts", "images", text="Look")
    dana.api.delete(f"posts/{post['id']}")
    assert not is_there(post["images"][0])


def test_a_picture_stays_while_another_record_shows_it(dana: Persona) -> None:
    card = sends(dana, title="Dragon")
    other = dana.creates("cards", title="Moth", back=card["front"]["id"])
    dana.api.delete(f"cards/{card['id']}")
    assert is_there(card["front"])
    dana.api.delete(f"cards/{other['id']}")
    assert not is_there(card["front"])


def test_pictures_go_with_a_batch_of_deletions_and_stay_when_it_fails(dana: Persona) -> None:
    cards = [sends(dana, title="Dragon") for _number in range(2)]
    deletions = [{"method": "DELETE", "path": f"cards/{card['id']}"} for card in cards]
    wrong = {"method": "POST", "path": "cards", "body": {"title": ""}}
    assert dana.api.post("batch", {"requests": [*deletions, wrong]}).status_code == 400
    assert all(is_there(card["front"]) for card in cards)
    assert dana.api.post("batch", {"requests": deletions}).status_code == 200
    assert not any(is_there(card["front"]) for card in cards)


def test_records_without_pictures_are_deleted_as_ever(dana: Persona) -> None:
    card = dana.creates("cards", title="Dragon", status="published")
    dana.api.put(f"cards/{card['id']}/like")
    dana.api.delete(f"cards/{card['id']}/like")
    assert dana.api.delete(f"cards/{card['id']}").status_code == 204


def test_bytes_whose_row_is_back_are_kept(dana: Persona) -> None:
    card = sends(dana, title="Dragon")
    key = card["front"]["url"].removeprefix("/files/")
    with transaction.atomic():
        assert forget_unused([File.objects.get().pk]) == []
    delete_bytes.call([key])
    assert is_there(card["front"])


@pytest.mark.parametrize("failure", [unavailable(), OSError(errno.EIO, "secret")])
def test_bytes_are_deleted_later_if_the_storage_was_away(
    db: None, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    key = default_storage.save("picture.png", ContentFile(drawn("PNG")))
    with monkeypatch.context() as outage:
        outage.setattr(default_storage, "delete", raising(failure))
        delete_bytes.call([key])
        (again,) = DBTaskResult.objects.filter(task_path=delete_bytes.module_path)
        arguments = again.args_kwargs["args"]
        assert again.run_after > timezone.now()
        with pytest.raises(type(failure)):
            delete_bytes.call([key], MOST_ATTEMPTS)
    assert default_storage.exists(key)
    delete_bytes.call(*arguments)
    assert not default_storage.exists(key)
