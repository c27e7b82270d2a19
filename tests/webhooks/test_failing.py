"""A receiver that fails is tried less and less, and in the end no more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from resources import outgoing
from resources.actors import SYSTEM
from resources.outgoing import post
from tests.webhooks.conftest import listens, waiting, work
from webhooks.models import Delivery, Webhook
from webhooks.services import managing
from webhooks.services.delivering import MOST_FAILURES, forget_old_deliveries, retry_delay
from webhooks.tasks import wake_webhooks

if TYPE_CHECKING:
    from resources.outgoing import Outcome
    from tests.personas import Persona
    from tests.webhooks.conftest import Clock, Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def test_waits_grow_threefold_by_chance_and_add_up_to_a_day() -> None:
    waits = [retry_delay(number) for number in range(1, MOST_FAILURES)]
    for number, wait in enumerate(waits):
        assert wait.total_seconds() == pytest.approx(9 * 3**number, rel=0.11)
    assert timedelta(hours=21) < sum(waits, timedelta()) < timedelta(hours=28)
    assert len({retry_delay(5) for _ in range(30)}) > 5, "not all at once"


def test_a_failing_receiver_is_left_alone_until_its_time(
    admin: Persona, alice: Persona, receiver: Receiver, clock: Clock
) -> None:
    listens(admin, receiver)
    receiver.answers = [500, 500]
    alice.creates("cards", title="one")
    work()
    alice.creates("cards", title="two")
    work()
    assert (len(receiver.heard), waiting().count()) == (1, 1)
    clock.forward(seconds=10)
    work()
    clock.forward(seconds=10)
    assert (work(), len(receiver.heard)) == (0, 2)
    clock.forward(seconds=20)
    work()
    assert receiver.titles() == ["one", "one", "one", "two"]
    assert Webhook.objects.get().failure_count == 0


def test_after_a_day_it_is_switched_off_and_says_why(
    admin: Persona, alice: Persona, receiver: Receiver, clock: Clock
) -> None:
    webhook = listens(admin, receiver)
    receiver.answers = [503] * 50
    alice.creates("cards", title="one")
    for _ in range(MOST_FAILURES):
        work()
        clock.forward(hours=20)
    shown = admin.api.get(f"webhooks/{webhook['id']}").json()
    assert shown["is_active"] is False
    assert shown["disabled_reason"] == "10 failures in a row, the last: answered 503"
    assert len(receiver.heard) == MOST_FAILURES
    assert Delivery.objects.get().status == "failed"
    alice.creates("cards", title="two")
    assert (wake_webhooks(), work(), waiting().count()) == (0, 0, 0)

    receiver.answers = []
    again = admin.api.patch(f"webhooks/{webhook['id']}", {"is_active": True}).json()
    assert (again["is_active"], again["disabled_reason"]) == (True, "")
    work()
    assert receiver.titles()[MOST_FAILURES:] == ["one", "two"], "nothing was lost"


def test_a_receiver_that_is_gone_is_not_asked_again(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    listens(admin, receiver)
    receiver.answers = [410]
    alice.creates("cards", title="one")
    work()
    webhook = Webhook.objects.get()
    assert (webhook.is_active, webhook.disabled_reason[-12:]) == (False, "answered 410")


def test_a_corrected_address_is_tried_at_once(
    admin: Persona, alice: Persona, receiver: Receiver, clock: Clock
) -> None:
    webhook = listens(admin, receiver)
    receiver.answers = [500] * 3
    alice.creates("cards", title="one")
    for _ in range(3):
        work()
        clock.forward(minutes=1)
    admin.api.patch(f"webhooks/{webhook['id']}", {"url": f"{receiver.url}&x=1"})
    work()
    assert len(receiver.heard) == 4
    clock.forward(hours=1)
    work()
    assert len(receiver.heard) == 4
    assert waiting().count() == 0


def test_a_change_while_a_message_is_on_its_way_is_not_overwritten(
    admin: Persona, alice: Persona, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    listens(admin, receiver)
    alice.creates("cards", title="one")
    work()
    alice.creates("cards", title="two")
    start = int(receiver.heard[0].data["cursor"]) - 1
    replayed: list[int] = []

    def answer_late(*given: Any) -> Outcome:
        """Have an admin ask for a replay before the answer is there."""
        outcome = post(*given)
        if not replayed:
            managing.replay(Webhook.objects.get(), by=SYSTEM, cursor=start)
            replayed.append(start)
        return outcome

    monkeypatch.setattr(outgoing, "post", answer_late)
    work()
    assert receiver.titles() == ["one", "two", "one", "two"]


def test_old_deliveries_are_forgotten(admin: Persona, alice: Persona, receiver: Receiver) -> None:
    listens(admin, receiver)
    alice.creates("cards", title="one")
    alice.creates("cards", title="two")
    work()
    first = Delivery.objects.order_by("place")[0]
    Delivery.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert forget_old_deliveries() == 1
    assert Delivery.objects.count() == 1
