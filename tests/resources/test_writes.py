"""Writes: guarded, repeatable, together or not at all."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.dispatch import receiver

from cards.models import Card
from cards.resources import CardResource
from resources import changes
from resources.actors import SYSTEM
from resources.models import Change
from users.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

    from resources.actors import Actor
    from tests.personas import Persona


def test_alice_cannot_overwrite_what_she_has_not_seen(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    seen = alice.api.get(f"cards/{card['id']}").headers["ETag"]
    assert alice.api.patch(f"cards/{card['id']}", {"title": "x"}, If_Match=seen).status_code == 200
    stale = alice.api.patch(f"cards/{card['id']}", {"title": "y"}, If_Match=seen)
    assert stale.status_code == 412
    assert alice.api.delete(f"cards/{card['id']}", If_Match=seen).status_code == 412
    assert alice.api.get(f"cards/{card['id']}").json()["title"] == "x"


def test_a_reader_is_not_sent_what_they_have(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    tag = alice.api.get(f"cards/{card['id']}").headers["ETag"]
    again = alice.api.client.get(f"/api/v1/cards/{card['id']}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_alice_can_repeat_a_request_without_repeating_its_effect(alice: Persona) -> None:
    first = alice.api.post("cards", {"title": "Dragon"}, Idempotency_Key="k")
    again = alice.api.post("cards", {"title": "Dragon"}, Idempotency_Key="k")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.headers["Location"] == again.headers["Location"]
    assert Card.objects.count() == 1
    other = alice.api.post("cards", {"title": "Moth"}, Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_bob_can_use_the_key_that_alice_used(alice: Persona, bob: Persona) -> None:
    for persona in (alice, bob):
        assert persona.api.post("cards", {"title": "x"}, Idempotency_Key="k").status_code == 201
    assert Card.objects.count() == 2


def test_a_failed_request_leaves_its_key_free(alice: Persona) -> None:
    assert alice.api.post("cards", {"title": ""}, Idempotency_Key="k").status_code == 400
    assert alice.api.post("cards", {"title": "x"}, Idempotency_Key="k").status_code == 201


def test_alice_can_write_several_records_in_one_transaction(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    requests = [
        {"method": "POST", "path": "collections", "body": {"title": "Binder"}},
        {"method": "PATCH", "path": f"cards/{card['id']}", "body": {"title": "Moth"}},
        {"method": "POST", "path": f"cards/{card['id']}/publish"},
        {"method": "DELETE", "path": f"cards/{card['id']}"},
    ]
    answers = alice.api.post("batch", {"requests": requests}).json()["results"]
    assert [answer["status"] for answer in answers] == [201, 200, 200, 204]
    assert answers[2]["body"]["status"] == "published"


def test_a_batch_of_creations_answers_each_record_at_its_place(alice: Persona) -> None:
    def creation(path: str, **body: str) -> dict[str, object]:
        return {"method": "POST", "path": path, "body": body}

    requests = [
        creation("cards", title="Moth"),
        creation("collections", title="Binder"),
        creation("cards", title="Ant", status="published"),
    ]
    answers = alice.api.post("batch", {"requests": requests}).json()["results"]
    assert [answer["status"] for answer in answers] == [201] * 3
    assert [answer["body"]["title"] for answer in answers] == ["Moth", "Binder", "Ant"]
    for request, answer in zip(requests, answers, strict=True):
        shown = alice.api.get(f"{request['path']}/{answer['body']['id']}")
        assert answer["body"] == shown.json()


def test_a_batch_cannot_half_happen(alice: Persona, bob: Persona) -> None:
    card = bob.creates("cards", title="Dragon", status="published")
    requests = [
        {"method": "POST", "path": "cards", "body": {"title": "Moth"}},
        {"method": "PATCH", "path": f"cards/{card['id']}", "body": {"title": "mine"}},
    ]
    response = alice.api.post("batch", {"requests": requests})
    assert response.status_code == 403
    assert response.json()["errors"][0]["field"] == "requests.1"
    assert Card.objects.count() == 1


def test_a_write_of_a_batch_may_fail_in_part_and_go_on(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create_at_second_try(*, by: Actor, **values: object) -> Card:
        with suppress(IntegrityError), transaction.atomic():
            changes.create(Card, by=by, **{**values, "creator_id": uuid4()})
            connection.check_constraints()
        return changes.create(Card, by=by, **values)

    monkeypatch.setattr(CardResource, "creates", create_at_second_try)
    requests = [{"method": "POST", "path": "cards", "body": {"title": title}} for title in "AB"]
    answers = alice.api.post("batch", {"requests": requests}).json()["results"]
    assert [answer["body"]["title"] for answer in answers] == ["A", "B"]
    assert [card.title for card in Card.objects.order_by("title")] == ["A", "B"]
    assert Change.objects.filter(resource="cards").count() == len(requests)


def test_alice_cannot_point_at_what_she_may_not_view(alice: Persona, bob: Persona) -> None:
    secret = bob.creates("cards", title="Secret", visibility="private")
    response = alice.api.post("posts", {"text": "look", "card": secret["id"]})
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "card", "code": "does_not_exist", "message": "There is no such record for you."}
    ]


def test_alice_cannot_write_fields_that_are_not_hers_to_write(alice: Persona) -> None:
    for sent in ({"like_count": 9}, {"creator": alice.id}, {"id": alice.id}, {"nothing": 1}):
        response = alice.api.post("cards", {"title": "x", **sent})
        assert response.status_code == 400
        assert response.json()["errors"][0]["field"] == next(iter(sent))


def test_a_deleted_account_takes_its_rows_along_one_change_each(
    alice: Persona, bob: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    bob.api.put(f"cards/{card['id']}/like")
    remix = bob.api.post(f"cards/{card['id']}/remix").json()
    assert alice.user is not None
    changes.delete(alice.user, by=SYSTEM)
    gone = Change.objects.filter(action="delete").values_list("resource", flat=True)
    accounts = ["auth/events", "auth/sessions"]
    assert sorted(gone) == [*accounts, "card-likes", "card-versions", "cards", "users"]
    assert Card.objects.get(pk=remix["id"]).remixed_from is None


def test_what_is_rolled_back_is_neither_logged_nor_announced(
    alice: Persona, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[str] = []

    @receiver(changes.committed, weak=False)
    def hear(change: Change, **_details: object) -> None:
        heard.append(f"{change.action} {change.resource}")

    with django_capture_on_commit_callbacks(execute=True):
        alice.api.post("cards", {"title": ""})
        alice.creates("cards", title="Dragon")
    changes.committed.disconnect(hear)
    assert heard == ["create cards"]
    assert Change.objects.filter(resource="cards").count() == 1


def test_the_log_never_holds_a_password(alice: Persona) -> None:
    assert alice.user is not None
    changes.update(alice.user, by=SYSTEM, password="hash", bio="x")
    for change in Change.objects.filter(resource="users"):
        assert "password" not in {**change.before, **change.after}
    assert User.objects.get(pk=alice.id).password == "hash"


@pytest.mark.parametrize("method", ["post", "patch"])
def test_alice_is_told_when_she_writes_too_often(
    alice: Persona, settings: Settings, method: str
) -> None:
    card = alice.creates("cards", title="x")
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "2/h"}
    path = "cards" if method == "post" else f"cards/{card['id']}"
    answers = [getattr(alice.api, method)(path, {"title": "x"}) for _ in range(3)]
    assert answers[0].headers["RateLimit-Remaining"] == "1"
    assert [answer.status_code for answer in answers][2] == 429
    assert int(answers[2].headers["Retry-After"]) > 0
    assert answers[2].json()["code"] == "throttled"
