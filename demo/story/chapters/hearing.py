"""What members are told of, and what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from demo.story.stage import expect

if TYPE_CHECKING:
    from demo.story.stage import Stage


def be_told(stage: Stage) -> None:
    """Mina's inbox tells of likes together; reading it empties the count."""
    mina = stage["mina"]
    mina.post("notification-preferences", kind="follow", is_mailed=False)
    stage.settle()
    inbox = mina.get(f"inboxes/{mina.id}")
    notifications = mina.list("notifications")
    expect(inbox["unread_count"], len([each for each in notifications if not each["is_read"]]))
    likes = [each for each in notifications if each["kind"] == "like" and not each["comment"]]
    expect([each["actor_count"] for each in likes], [4])
    mina.put(f"inboxes/{mina.id}/read")
    expect(mina.get(f"inboxes/{mina.id}")["unread_count"], 0)


def search(stage: Stage) -> None:
    """Words of both languages are found, with particles and in compounds."""
    found = stage.visitor.get(f"search?q={quote('용을')}")["results"]
    expect(stage.kept["post"] in {each["id"] for each in found["posts"]["results"]}, True)
    cards = stage.visitor.list("cards?search=moth")
    expect([each["id"] for each in cards], [stage.kept["Gilded Moth"]])
