"""The inbox: who is told of what, once, and no longer than it is true."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from community.models import Inbox, Notification, NotificationSource
from community.services.inboxes import forget_old_notifications
from community.tasks.notifications import announce, notify
from resources import changes
from resources.actors import SYSTEM
from resources.models import Action, Change, ConsumerPosition
from tests.consuming import run_consumers
from tests.personas import new_member
from users.models import User
from users.services.erasure import erase_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona


def inbox(persona: Persona, **query: object) -> list[JsonObject]:
    """Have everything told, and read a member's inbox."""
    run_consumers()
    results: list[JsonObject] = persona.api.get("notifications", **query).json()["results"]
    unread = persona.api.get(f"inboxes/{persona.id}").json()["unread_count"]
    assert (
        unread == persona.api.get("notifications", is_read="false", count="exact").json()["count"]
    )
    return results


def told(persona: Persona) -> list[tuple[str, str | None, int]]:
    """Return kind, last actor and number of actors of what is in an inbox, the latest first."""
    found = inbox(persona, expand="actor")
    actors = [each["expand"].get("actor") or {"username": None} for each in found]
    return [
        (each["kind"], actor["username"], each["actor_count"])
        for each, actor in zip(found, actors, strict=True)
    ]


def published(persona: Persona, **values: object) -> Any:
    return persona.creates("cards", **{"title": "Dragon", "status": "published", **values})


def test_what_others_do_to_alices_card_comes_together_in_her_inbox(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    card = published(alice)
    dana = new_member("dana")
    for persona in (alice, bob, carol, dana):
        persona.api.put(f"cards/{card['id']}/like")
    assert told(alice) == [("like", "dana", 3)]
    dana.api.delete(f"cards/{card['id']}/like")
    bob.api.delete(f"cards/{card['id']}/like")
    bob.api.put(f"cards/{card['id']}/like")
    [liked] = inbox(alice)
    assert (liked["card"], liked["actor"], liked["actor_count"]) == (card["id"], bob.id, 2)

    read = alice.api.put(f"notifications/{liked['id']}/read")
    assert (read.status_code, read.json()["is_read"]) == (200, True)
    dana.api.put(f"cards/{card['id']}/like")
    assert told(alice) == [("like", "dana", 1), ("like", "bob", 2)], "what was read is not joined"
    assert alice.api.get("notifications", is_read="false", kind="like").json()["results"]
    everything = alice.api.put(f"inboxes/{alice.id}/read")
    assert everything.json()["unread_count"] == 0
    assert inbox(alice, is_read="false") == []

    for persona in (bob, carol, dana):
        persona.api.delete(f"cards/{card['id']}/like")
    assert told(alice) == []


def test_comments_that_go_together_are_taken_back_one_by_one(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    """When the first of the deletions is handled, there is nothing to lead to of the second."""
    card, dana = published(alice), new_member("dana")
    said = [
        persona.creates("comments", card=card["id"], text="Tilt it slowly.")["id"]
        for persona in (bob, carol, dana)
    ]
    assert told(alice) == [("comment", "dana", 3)]
    dana.api.delete(f"comments/{said[2]}")
    carol.api.delete(f"comments/{said[1]}")
    notify([Change.objects.get(resource="comments", action=Action.DELETE, record_id=said[2])])
    assert str(Notification.objects.get().comment_id) == said[0]
    assert told(alice) == [("comment", "bob", 1)]


def test_conversations_reach_whom_they_concern(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona
) -> None:
    post = alice.creates("posts", text="My binder")
    said = bob.creates("comments", post=post["id"], text="Nice")
    answer = carol.creates("comments", post=post["id"], parent=said["id"], text="Indeed")
    alice.creates("comments", post=post["id"], text="Thanks")
    assert told(alice) == [("comment", "carol", 2)]
    assert told(bob) == [("reply", "carol", 1)]
    [reply] = inbox(bob, expand="comment,post")
    assert reply["expand"]["comment"]["text"] == "Indeed"
    assert reply["expand"]["post"]["text"] == "My binder"

    assert alice.api.put(f"comments/{said['id']}/like").status_code == 200
    assert carol.api.put(f"posts/{post['id']}/like").status_code == 200
    card = published(alice)
    bob.creates("comments", card=card["id"], text="A dragon!")
    assert told(bob) == [("like", "alice", 1), ("reply", "carol", 1)]
    assert told(alice)[:2] == [("comment", "bob", 1), ("like", "carol", 1)]
    carol.api.delete(f"posts/{post['id']}/like")
    alice.api.delete(f"cards/{card['id']}")

    carol.api.delete(f"comments/{answer['id']}")
    assert told(bob) == [("like", "alice", 1)]
    assert told(alice) == [("comment", "bob", 1)]
    moderator.api.put(f"posts/{post['id']}/hide")
    hidden = ("moderation", None, 0)
    assert told(alice) == [hidden, ("comment", "bob", 1)], "it is her own post"
    alice.api.delete(f"posts/{post['id']}")
    assert told(alice) == [hidden]
    assert told(bob) == [], "the like went with his comment"


def test_a_mention_is_told_as_long_as_it_stands(alice: Persona, bob: Persona) -> None:
    dana = new_member("dana")
    post = bob.creates("posts", text="What would @alice and @dana say?")
    assert told(alice) == told(dana) == [("mention", "bob", 1)]
    said = alice.creates("comments", post=post["id"], text="Ask @bob, who knows")
    assert told(bob) == [("comment", "alice", 1)], "once"
    bob.api.patch(f"posts/{post['id']}", {"text": "What would @alice say?"})
    assert told(dana) == []
    assert bob.api.post("reactions", {"comment": said["id"], "emoji": "🔥"}).status_code == 201
    assert told(alice) == [("reaction", "bob", 1), ("mention", "bob", 1)]


def test_templates_follows_remixes_and_sanctions_are_told(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    slots = {"type": "object", "properties": {}}
    template = alice.creates("templates", title="Foil", slots=slots)
    path = f"templates/{template['id']}"
    for step in ("request-changes", "approve"):
        assert alice.api.post(f"{path}/submit").status_code == 200
        sent = {"note": "Brighter"} if step == "request-changes" else None
        assert moderator.api.post(f"{path}/{step}", sent).status_code == 200
        assert told(alice)[0] == ("template", None, 0)
        alice.api.put(f"inboxes/{alice.id}/read")
    bob.creates("reviews", template=template["id"], stars=4)
    bob.api.put(f"users/{alice.id}/follow")
    card = published(alice)
    remix = bob.api.post(f"cards/{card['id']}/remix").json()
    bob.api.patch(f"cards/{remix['id']}", {"status": "published"})
    ends = (timezone.now() + timedelta(days=1)).isoformat()
    sanction = {"user": alice.id, "kind": "silence", "reason": "Spam", "expires_at": ends}
    assert moderator.api.post("sanctions", sanction).status_code == 201
    unread = [each[:2] for each in told(alice)][:4]
    assert unread == [
        ("moderation", None),
        ("remix", "bob"),
        ("follow", "bob"),
        ("review", "bob"),
    ], "who moderates is not told"


def decided(persona: Persona, record: JsonObject, *kinds: str, reason: str) -> None:
    """Have a moderator decide the case about a record that waits."""
    waiting = f'target_id="{record["id"]}" && state="open"'
    [case] = persona.api.get("moderation-cases", filter=waiting).json()["results"]
    ends = (timezone.now() + timedelta(days=1)).isoformat()
    actions = [
        {"kind": kind, "expires_at": ends} if kind == "silence" else {"kind": kind}
        for kind in kinds
    ]
    verdict = {"actions": actions, "ground": "spam", "reason": reason}
    answer = persona.api.post(f"moderation-cases/{case['id']}/decide", verdict)
    assert answer.status_code == 200, answer.json()


def judgements(persona: Persona) -> list[tuple[str, str]]:
    """Return what moderators decided and why, as an inbox leads to it, the latest first."""
    found = []
    for each in inbox(persona, kind="moderation", expand="action,report,appeal"):
        shown = each["expand"]
        answered = shown.get("report") or shown.get("appeal")
        row = answered or shown["action"]
        assert (each["actor"], row.get("moderator")) == (None, None), "who decided is not told"
        names = ("outcome", "answer") if answered else ("kind", "reason")
        found.append((row[names[0]], row[names[1]]))
    return found


def test_author_and_reporter_learn_what_moderators_decided_and_why(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    post = alice.creates("posts", text="Buy my pills.")
    bob.creates("reports", target_resource="posts", target_id=post["id"], reason="spam")
    assert (judgements(alice), judgements(bob)) == ([], [])
    decided(moderator, post, "delete", "silence", reason="Advertising.")
    assert judgements(alice) == [("silence", "Advertising."), ("delete", "Advertising.")], "once"
    assert judgements(bob) == [("upheld", "Advertising.")]

    bob.api.put(f"inboxes/{bob.id}/read")
    [line] = alice.api.get("moderation-log", subject=alice.id, kind="delete").json()["results"]
    alice.creates("appeals", action=line["id"], text="They are sweets.")
    second = new_member("second", roles=["moderator"])
    decided(second, post, "overturn", reason="Sweets.")
    assert judgements(alice)[0] == ("overturned", "Sweets.")
    assert len(judgements(alice)) == 3, "the appeal is told once"
    assert judgements(bob) == [("dismissed", "Sweets.")] * 2, "both lead to the report as it is"
    assert [each["is_read"] for each in inbox(bob)] == [False, True]
    assert told(moderator) == told(second) == []
    ConsumerPosition.objects.update(position=0)
    assert (len(inbox(alice)), len(inbox(bob))) == (3, 2), "handled twice, told once"

    assert alice.user is not None
    erase_member(
        changes.update(User.objects.get(pk=alice.user.pk), by=SYSTEM, leaves_at=timezone.now())
    )
    assert told(bob) == [], "the report went with the case about her"


def test_dismissed_reports_are_told_to_authors_only_of_what_had_been_hidden(
    alice: Persona, bob: Persona, moderator: Persona, settings: Settings
) -> None:
    hidden, seen = (alice.creates("posts", text=text) for text in ("Rude?", "Ruder?"))
    for score, post in ((1, hidden), (100, seen)):
        settings.MODERATION = settings.MODERATION._replace(score_to_hide=score)
        for persona in (bob, moderator):
            sent = {"target_resource": "posts", "target_id": post["id"], "reason": "hate"}
            persona.creates("reports", **sent)
    assert judgements(alice) == [("hide", "")]
    for post in (hidden, seen):
        decided(moderator, post, "dismiss", reason="A joke.")
    assert judgements(alice) == [("dismiss", "A joke."), ("hide", "")]
    assert judgements(bob) == [("dismissed", "A joke.")] * 2
    assert told(moderator) == [], "it was her own decision"


def test_nobody_is_told_of_what_they_may_not_or_do_not_want_to_know(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    quiet, loud = published(alice, title="Quiet"), published(alice, title="Loud")
    alice.creates("notification-mutes", card=quiet["id"])
    preference = alice.creates("notification-preferences", kind="follow", is_on=False)
    for persona in (bob, carol):
        persona.api.put(f"cards/{quiet['id']}/like")
        persona.api.put(f"cards/{loud['id']}/like")
        persona.api.put(f"users/{alice.id}/follow")
    assert told(alice) == [("like", "carol", 2)]

    assert alice.api.put(f"users/{carol.id}/mute").status_code == 200
    assert told(alice) == [("like", "bob", 1)]
    assert bob.api.put(f"users/{alice.id}/block").status_code == 200
    assert told(alice) == []

    changed = alice.creates("notification-preferences", kind="follow", is_on=True)
    assert changed["id"] == preference["id"]
    refused = alice.api.post("notification-preferences", {"kind": "moderation", "is_on": False})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "is_on")
    nothing = alice.api.post("notification-mutes", {})
    assert nothing.status_code in (400, 409)


def test_what_became_private_is_not_told_of_any_more(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    bob.api.put(f"users/{alice.id}/follow")
    carol.api.put(f"users/{alice.id}/follow")
    bob.creates("notification-preferences", kind="publication")
    card = alice.creates("cards", title="Dragon")
    alice.api.patch(f"cards/{card['id']}", {"status": "published"})
    run_consumers()
    announce.call("cards", card["id"])
    announce.call("cards", card["id"])
    assert told(bob) == [("publication", "alice", 1)]
    assert told(carol) == [], "she has not asked for it"
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    assert told(bob) == []


@pytest.mark.parametrize("consumer_sees_the_leaving", [True, False])
def test_an_erased_member_is_gone_from_inboxes(
    alice: Persona, bob: Persona, carol: Persona, consumer_sees_the_leaving: bool
) -> None:
    card = published(alice)
    for persona in (bob, carol):
        persona.api.put(f"cards/{card['id']}/like")
    bob.api.put(f"users/{alice.id}/follow")
    assert told(alice) == [("follow", "bob", 1), ("like", "carol", 2)]
    assert bob.user is not None
    leaving = changes.update(User.objects.get(pk=bob.user.pk), by=SYSTEM, leaves_at=timezone.now())
    if consumer_sees_the_leaving:
        assert told(alice) == [("like", "carol", 1)]
    assert erase_member(leaving)
    assert told(alice) == [("like", "carol", 1)]
    assert not Inbox.objects.filter(pk=bob.user.pk).exists()


def test_what_a_member_did_who_was_erased_before_it_was_told_is_not(
    alice: Persona, bob: Persona
) -> None:
    run_consumers()
    bob.api.put(f"users/{alice.id}/follow")
    bob.creates("posts", text="@alice?")
    assert bob.user is not None
    erase_member(
        changes.update(User.objects.get(pk=bob.user.pk), by=SYSTEM, leaves_at=timezone.now())
    )
    assert told(alice) == []


def test_a_change_that_is_handled_twice_is_told_once(alice: Persona, bob: Persona) -> None:
    card = published(alice)
    bob.api.put(f"cards/{card['id']}/like")
    [liked] = inbox(alice)
    alice.api.put(f"notifications/{liked['id']}/read")
    ConsumerPosition.objects.update(position=0)
    assert told(alice) == [("like", "bob", 1)]
    assert NotificationSource.objects.count() == 1


def test_what_was_read_long_ago_is_forgotten(alice: Persona, bob: Persona) -> None:
    card = published(alice)
    bob.api.put(f"cards/{card['id']}/like")
    [liked] = inbox(alice)
    long_ago = timezone.now() - timedelta(days=100)
    notification = Notification.objects.get(pk=liked["id"])
    changes.update(notification, by=SYSTEM, latest_at=long_ago)
    assert forget_old_notifications() == 0
    alice.api.put(f"notifications/{liked['id']}/read")
    assert forget_old_notifications() == 1
    assert told(alice) == []


def test_an_inbox_is_its_members_alone(alice: Persona, bob: Persona, moderator: Persona) -> None:
    card = published(alice)
    bob.api.put(f"cards/{card['id']}/like")
    [liked] = inbox(alice)
    for other in (bob, moderator):
        assert other.api.get(f"notifications/{liked['id']}").status_code == 404
        assert other.api.put(f"notifications/{liked['id']}/read").status_code == 404
        assert other.api.put(f"inboxes/{alice.id}/read").status_code == 404
        assert other.api.get("notifications").json()["results"] == []
    assert alice.api.delete(f"notifications/{liked['id']}").status_code == 204
    assert told(alice) == []
