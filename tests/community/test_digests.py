"""Digests: what is unread by mail, in the member's language, ended by one click."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from community.models import Inbox
from community.services.digests import send_digest
from community.tasks.notifications import send_due_digests
from resources import changes
from resources.actors import SYSTEM
from tests.client import Browser
from tests.consuming import run_consumers
from tests.users.conftest import Mailbox, mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.personas import Persona

__all__ = ["mailbox"]


def let_days_pass(persona: Persona, days: int) -> None:
    """Have the last digest been that long ago."""
    own = Inbox.objects.get(pk=persona.id)
    changes.update(own, by=SYSTEM, digest_sent_at=own.digest_sent_at - timedelta(days=days))


@pytest.fixture
def liked(alice: Persona, bob: Persona) -> Callable[[str], Any]:
    """Return a function that has Bob like a new card of Alice's."""

    def like(title: str) -> Any:
        card = alice.creates("cards", title=title, status="published")
        bob.api.put(f"cards/{card['id']}/like")
        run_consumers()
        return card

    return like


def test_alice_gets_what_is_unread_by_mail_until_one_click_ends_it(
    mailbox: Mailbox, alice: Persona, bob: Persona, liked: Callable[[str], object]
) -> None:
    alice.api.patch("users/me", {"locale": "ko"})
    run_consumers()
    on = alice.api.patch(f"inboxes/{alice.id}", {"digest": "daily"})
    assert (on.status_code, on.json()["digest"]) == (200, "daily")
    liked("용")
    liked("Phoenix")
    assert send_due_digests() == 0, "the day is not over"
    let_days_pass(alice, 1)
    assert send_due_digests() == 1

    [letter] = mailbox.to("alice@example.com")
    text = mailbox.text("alice@example.com")
    assert "Bob님이 “용”에 좋아요를 눌렀습니다." in text
    assert letter["Subject"] == "Holobase 알림 2개"
    key = Inbox.objects.get(pk=alice.id).unsubscribe_key
    address = f"http://localhost:8000/u/{key}"
    assert letter["List-Unsubscribe"] == f"<{address}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in text
    assert send_due_digests() == 0, "it was sent today"
    alice.api.put(f"inboxes/{alice.id}/read")
    let_days_pass(alice, 1)
    assert send_due_digests() == 0, "nothing is unread"

    stranger = Browser(enforce_csrf_checks=True)
    assert "form" in stranger.get(f"/u/{key}").content.decode()
    assert alice.api.get(f"inboxes/{alice.id}").json()["digest"] == "daily", "looking is no click"
    clicked = stranger.post(f"/u/{key}", {"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    assert alice.api.get(f"inboxes/{alice.id}").json()["digest"] == "off"
    assert stranger.post("/u/nobody").status_code == 404


def test_author_and_reporter_read_in_their_language_what_moderators_decided(
    mailbox: Mailbox, alice: Persona, bob: Persona, moderator: Persona
) -> None:
    bob.api.patch("users/me", {"locale": "ko"})
    run_consumers()
    for persona in (alice, bob):
        persona.api.patch(f"inboxes/{persona.id}", {"digest": "daily"})
    post = alice.creates("posts", text="Buy my pills.")
    bob.creates("reports", target_resource="posts", target_id=post["id"], reason="spam")
    [case] = moderator.api.get("moderation-cases").json()["results"]
    verdict = {"actions": [{"kind": "hide"}, {"kind": "warn"}], "ground": "spam", "reason": "100 %"}
    decided = moderator.api.post(f"moderation-cases/{case['id']}/decide", verdict)
    assert decided.status_code == 200
    run_consumers()
    for persona in (alice, bob):
        let_days_pass(persona, 1)
    assert send_due_digests() == 2
    text = mailbox.text("alice@example.com")
    assert "The moderators have hidden your post. Reason: spam or advertising. 100 %" in text
    assert "A decision of the moderators about you: warned. Reason: spam or advertising." in text
    assert "회원님의 신고에 대한 운영진의 결정: 조치함. 사유: 100 %" in mailbox.text(
        "bob@example.com"
    )


def test_what_a_member_does_not_want_by_mail_stays_in_the_inbox(
    mailbox: Mailbox, alice: Persona, liked: Callable[[str], object]
) -> None:
    run_consumers()
    alice.api.patch(f"inboxes/{alice.id}", {"digest": "weekly"})
    alice.creates("notification-preferences", kind="like", is_mailed=False)
    liked("Dragon")
    let_days_pass(alice, 6)
    assert send_due_digests() == 0
    let_days_pass(alice, 1)
    assert send_due_digests() == 1
    assert mailbox.letters == []
    assert alice.api.get(f"inboxes/{alice.id}").json()["unread_count"] == 1


def test_a_digest_that_the_mail_server_refuses_is_due_again(
    alice: Persona, liked: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_consumers()
    alice.api.patch(f"inboxes/{alice.id}", {"digest": "daily"})
    liked("Dragon")
    let_days_pass(alice, 2)
    before = Inbox.objects.get(pk=alice.id).digest_sent_at

    def refuses(*_message: object, **_to: object) -> None:
        raise ConnectionError("away")

    with monkeypatch.context() as patch:
        patch.setattr("community.services.digests.send_mail_message", refuses)
        with pytest.raises(ConnectionError):
            send_digest(Inbox.objects.get(pk=alice.id).pk)
    own = Inbox.objects.get(pk=alice.id)
    assert own.digest_sent_at == before
    assert own.digest_sent_at < timezone.now()
