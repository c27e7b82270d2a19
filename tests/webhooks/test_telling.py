"""What is written reaches those who listen: signed, in order, at least once."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from hashlib import sha256
from time import time
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resources import changes, feed
from resources.actors import SYSTEM
from resources.models import Action, Change
from tests.webhooks.conftest import listens, waiting, work
from users.models import User
from webhooks.models import Delivery, Webhook
from webhooks.selectors import topics
from webhooks.services import delivering
from webhooks.tasks import hear, wake_webhooks

if TYPE_CHECKING:
    from tests.personas import Persona
    from tests.webhooks.conftest import Clock, Heard, Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def signatures(heard: Heard, *secrets: str) -> str:
    """Sign what was heard as https://www.standardwebhooks.com says, with code of our own."""
    names = ("webhook-id", "webhook-timestamp")
    signed = b".".join([*(heard.headers[name].encode() for name in names), heard.body])
    keys = [b64decode(secret.split("_", 1)[1]) for secret in secrets]
    digests = [hmac.new(key, signed, sha256).digest() for key in keys]
    return " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)


def test_a_change_is_told_signed(admin: Persona, alice: Persona, receiver: Receiver) -> None:
    secret = listens(admin, receiver)["secret"]
    card = alice.creates("cards", title="Dragon")
    alice.api.patch(f"cards/{card['id']}", {"title": "Wyrm"})
    work()

    created, updated = receiver.heard
    assert created.headers["webhook-signature"] == signatures(created, secret)
    assert abs(int(created.headers["webhook-timestamp"]) - time()) < 60
    assert created.headers["content-type"] == "application/json"
    assert created.headers["host"] in receiver.url
    change = Change.objects.get(resource="cards", action="update")
    assert updated.data == {
        "id": card["id"],
        "cursor": str(change.position),
        "action": "update",
        "resource": "cards",
        "before": change.before,
        "after": change.after,
    }
    assert (change.before["title"], change.after["title"]) == ("Dragon", "Wyrm")
    assert b'"type":"cards.update"' in updated.body


def test_only_topics_are_told(admin: Persona, alice: Persona, receiver: Receiver) -> None:
    listens(admin, receiver, "posts")
    alice.creates("cards", title="Dragon")
    alice.creates("posts", text="x")
    work()
    assert [heard.data["resource"] for heard in receiver.heard] == ["posts"]


def test_what_was_before_the_webhook_is_not_told(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    alice.creates("cards", title="Before")
    listens(admin, receiver)
    alice.creates("cards", title="After")
    work()
    assert receiver.titles() == ["After"]


def test_nothing_is_told_of_webhooks_nor_of_what_is_sealed(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    webhook = listens(admin, receiver, "*")
    admin.api.patch(f"webhooks/{webhook['id']}", {"name": "other"})
    user = User.objects.get(pk=alice.id)
    changes.update(user, by=SYSTEM, email="new@example.com", display_name="Al")
    work()
    (heard,) = receiver.heard
    assert heard.data["after"]["display_name"] == "Al"
    assert b"new@example.com" not in heard.body


def test_after_failures_everything_is_told_in_order(
    admin: Persona, alice: Persona, receiver: Receiver, clock: Clock
) -> None:
    listens(admin, receiver)
    receiver.answers = [204, 500, 302, 204, 503]
    for title in ("one", "two", "three"):
        alice.creates("cards", title=title)
    for _ in range(5):
        work()
        clock.forward(minutes=5)
    assert receiver.titles() == ["one", "two", "two", "two", "three", "three"]
    ids = [heard.headers["webhook-id"] for heard in receiver.heard]
    assert len(set(ids)) == 3
    assert ids[1] == ids[2] == ids[3], "a repeat can be told by its id"
    assert list(Delivery.objects.order_by("place").values_list("attempts", "status")) == [
        (1, "sent"),
        (3, "sent"),
        (2, "sent"),
    ]


def test_a_worker_that_dies_after_sending_sends_again(
    admin: Persona,
    alice: Persona,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listens(admin, receiver)
    alice.creates("cards", title="Dragon")
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_note", _die)
        patch.setattr(delivering.Turn, "end", _live_no_more)
        with pytest.raises(SystemExit, match="pulled"):
            work()
    assert wake_webhooks() == 1
    work()
    assert len(receiver.heard) == 1, "the dead one's minute is not over"
    clock.forward(minutes=2)
    work()
    assert receiver.titles() == ["Dragon", "Dragon"]
    assert receiver.heard[0].headers["webhook-id"] == receiver.heard[1].headers["webhook-id"]


def test_a_task_that_got_lost_is_replaced(
    admin: Persona, alice: Persona, receiver: Receiver, clock: Clock
) -> None:
    listens(admin, receiver)
    alice.creates("cards", title="Dragon")
    waiting().delete()
    assert wake_webhooks() == 0, "it may only be late"
    clock.forward(minutes=11)
    assert wake_webhooks() == 1
    work()
    assert receiver.titles() == ["Dragon"]


def test_many_writes_wait_for_one_task(admin: Persona, alice: Persona, receiver: Receiver) -> None:
    listens(admin, receiver)
    for number in range(5):
        alice.creates("cards", title=str(number))
    assert waiting().count() == 1
    assert work() == 1
    assert receiver.titles() == ["0", "1", "2", "3", "4"]


def test_two_workers_do_not_tell_the_same_at_once(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    webhook = listens(admin, receiver)
    alice.creates("cards", title="Dragon")
    turn = delivering.Turn.take(webhook["id"])
    assert turn is not None
    assert delivering.Turn.take(webhook["id"]) is None
    work()
    assert (receiver.heard, waiting().count()) == ([], 1)


def test_a_long_backlog_is_told_page_by_page(
    admin: Persona, alice: Persona, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PAGE", 2)
    listens(admin, receiver)
    for number in range(5):
        alice.creates("cards", title=str(number))
    assert work() > 2
    assert receiver.titles() == ["0", "1", "2", "3", "4"]
    assert Webhook.objects.get().place == feed.head()


def test_others_have_their_turn_when_telling_takes_long(
    admin: Persona, alice: Persona, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    listens(admin, receiver)
    for number in range(3):
        alice.creates("cards", title=str(number))
    monkeypatch.setattr(delivering, "SECONDS_PER_RUN", -1)
    waiting_task = waiting().get()
    again = delivering.deliver(waiting_task.arguments["kwargs"]["webhook_id"])
    assert again is not None
    assert receiver.heard == []


def test_a_write_that_nobody_listens_to_costs_no_query(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    listens(admin, receiver, "posts")
    change = Change(resource="cards", action=Action.UPDATE, record_id=alice.id, at=timezone.now())
    topics.include("cards")
    with CaptureQueriesContext(connection) as queries:
        hear(change)
    assert len(queries) == 0
    heard: Any = Change(resource="posts", action=Action.UPDATE, record_id=alice.id)
    with CaptureQueriesContext(connection) as queries:
        hear(heard)
    assert len(queries) == 1, "one task waits already"


def test_a_change_that_has_no_place_yet_is_told_soon(
    admin: Persona,
    alice: Persona,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On PostgreSQL, while somebody else is giving the places."""
    listens(admin, receiver)
    alice.creates("cards", title="Dragon")
    with monkeypatch.context() as patch:
        patch.setattr(feed, "changes_after", lambda *_place, **_most: [])
        work()
    assert receiver.heard == []
    clock.forward(seconds=2)
    work()
    assert receiver.titles() == ["Dragon"]


def test_other_processes_hear_of_a_new_webhook_in_time(
    admin: Persona, receiver: Receiver, clock: Clock
) -> None:
    listens(admin, receiver)
    work()
    assert waiting().count() == 1, "until all know of it, it is looked after"
    clock.forward(seconds=11)
    work()
    assert waiting().count() == 0


def _die(*_given: object, **_more: object) -> None:
    raise SystemExit("pulled the plug")


def _live_no_more(_turn: object) -> None:
    return
