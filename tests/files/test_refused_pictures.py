"""Of a write that is refused nothing stays, and what is refused anyway is not decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from files.models import File
from resources import changes
from tests.files.drawings import drawn
from tests.files.stored import stored_pictures
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

RED, BLUE = drawn("PNG"), drawn("JPEG")


def form(content: bytes = RED, **values: object) -> JsonObject:
    return {"title": "Dragon", "front": SimpleUploadedFile("x.png", content), **values}


@pytest.fixture
def not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when a picture is decoded."""
    monkeypatch.setattr(
        "files.services.read_picture", lambda _upload: pytest.fail("a picture was decoded")
    )


@pytest.fixture
def nothing_stays(db: None) -> Iterator[None]:
    """Prove at the end that there is no more in the storage than at the beginning."""
    before = stored_pictures(), set(File.objects.values_list("pk", flat=True))
    yield
    assert (stored_pictures(), set(File.objects.values_list("pk", flat=True))) == before


@pytest.mark.usefixtures("nothing_stays")
def test_nothing_stays_of_a_card_that_is_refused(alice: Persona) -> None:
    refused = alice.api.upload("cards", form(rarity="golden", back=SimpleUploadedFile("b", BLUE)))
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["rarity"]


@pytest.mark.usefixtures("nothing_stays")
def test_a_bad_picture_is_told_beside_other_errors(alice: Persona) -> None:
    refused = alice.api.upload("cards", form(b"no picture", rarity="golden"))
    assert {error["field"] for error in refused.json()["errors"]} == {"front", "rarity"}


def test_alice_can_change_a_picture(alice: Persona) -> None:
    card = alice.api.upload("cards", form()).json()
    changed = alice.api.upload(f"cards/{card['id']}", {"front": form(BLUE)["front"]}, "patch")
    assert changed.status_code == 200, changed.content
    assert changed.json()["front"]["content_type"] == "image/jpeg"


@pytest.mark.usefixtures("nothing_stays")
def test_nothing_stays_of_a_change_that_is_refused(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    refused = alice.api.upload(f"cards/{card['id']}", form(rarity="golden"), "patch")
    assert refused.status_code == 400


@pytest.mark.usefixtures("nothing_stays")
def test_nothing_stays_when_the_write_itself_fails(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = alice.creates("cards", title="Dragon")
    with monkeypatch.context() as broken:
        broken.setattr(changes, "_log", lambda *_row, **_images: 1 / 0)
        for path, method in (("cards", "post"), (f"cards/{card['id']}", "patch")):
            assert alice.api.upload(path, form(), method).status_code == 500


@pytest.mark.usefixtures("nothing_stays")
def test_nothing_stays_when_the_storage_fails(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("files.services.default_storage.save", lambda _key, _content: 1 / 0)
        assert alice.api.upload("cards", form()).status_code == 500


@pytest.mark.usefixtures("nothing_stays", "not_decoded")
def test_a_picture_is_not_decoded_for_who_may_not_send_it(
    alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    path = f"cards/{card['id']}"
    answers = [
        anonymous.api.upload("cards", form()),
        anonymous.api.upload("cards", form(), idempotency_key="k"),
        bob.api.upload(path, form(), "patch"),
        bob.api.upload("cards/018f0000-0000-7000-8000-000000000000", form(), "patch"),
        alice.api.upload(path, form(), "patch", if_match='"7"'),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 403, 404, 412]


@pytest.mark.usefixtures("transactional_db", "not_decoded")
def test_other_writers_do_not_wait_for_who_may_not_send_a_picture() -> None:
    dana, eve = new_member("dana"), new_member("eve")
    card = dana.creates("cards", title="Dragon", status="published")
    with CaptureQueriesContext(connection) as asked:
        assert eve.api.upload(f"cards/{card['id']}", form(), "patch").status_code == 403
    assert asked.captured_queries
    assert not [query for query in asked if query["sql"].startswith(("BEGIN", "SAVEPOINT"))]


@pytest.mark.usefixtures("nothing_stays", "not_decoded")
def test_a_picture_is_not_decoded_for_who_has_no_room_left(
    alice: Persona, settings: Settings
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "write": "1/min"}
    alice.api.post("cards", {"title": "Dragon"})
    assert alice.api.upload("cards", form()).status_code == 429


def test_a_form_sent_again_under_its_key_is_answered_by_what_it_holds(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = alice.api.upload("cards", form(), idempotency_key="k")
    assert first.status_code == 201, first.content
    kept = stored_pictures()
    monkeypatch.setattr("files.services.read_picture", lambda _upload: pytest.fail("decoded"))
    # The same bytes by another name, then other bytes of the same name and size.
    again = form(front=SimpleUploadedFile("another name.bin", RED))
    other = bytearray(RED)
    other[-1] ^= 1
    answers = [
        alice.api.upload("cards", again, idempotency_key="k"),
        alice.api.upload("cards", form(bytes(other)), idempotency_key="k"),
    ]
    assert [answer.status_code for answer in answers] == [201, 422]
    assert answers[0].json() == first.json()
    assert stored_pictures() == kept


@pytest.mark.usefixtures("nothing_stays")
def test_nothing_stays_of_a_refused_form_with_a_key(alice: Persona) -> None:
    refused = alice.api.upload("cards", form(rarity="golden"), idempotency_key="k")
    assert refused.status_code == 400


def test_nothing_stays_of_the_slower_of_two_forms_with_one_key(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = alice.api.upload("cards", form(), idempotency_key="k").json()
    kept = stored_pictures()
    # As if the other had not been answered yet when this one looked.
    monkeypatch.setattr("resources.http.writes.kept_answer", lambda *_about: None)
    assert alice.api.upload("cards", form(), idempotency_key="k").json() == first
    assert stored_pictures() == kept
