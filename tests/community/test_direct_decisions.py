"""What moderators do outside of a case stands in the public log too, and can be appealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from community.models import CaseAction, ModerationCase
from resources.models import ConsumerPosition
from tests.consuming import run_consumers
from tests.personas import new_member

if TYPE_CHECKING:
    from tests.personas import Persona

LOG = "moderation-log"


def lines(persona: Persona, **asked: str) -> list[Any]:
    """Let the worker follow the log; return the lines that somebody reads, the newest first."""
    run_consumers("direct-decisions")
    found: list[Any] = persona.api.get(LOG, **asked).json()["results"]
    return found


def appeals(persona: Persona, line: Any, second: Persona) -> None:
    """Appeal a line, and have a second moderator overturn it."""
    persona.creates("appeals", action=line["id"], text="That was a joke.")
    review = ModerationCase.objects.get(kind="appeal")
    overturn = {"actions": [{"kind": "overturn"}], "reason": "It was."}
    answer = second.api.post(f"moderation-cases/{review.pk}/decide", overturn)
    assert answer.status_code == 200, answer.content


def test_what_a_moderator_hides_on_the_spot_is_logged_and_can_be_appealed(
    alice: Persona, anonymous: Persona, moderator: Persona
) -> None:
    post = alice.creates("posts", text="Buy my pills.")
    path = f"posts/{post['id']}"
    moderator.api.put(f"{path}/hide")
    (public,) = lines(anonymous)
    assert (public["kind"], public["target_resource"], public["is_automatic"]) == (
        "hide",
        "posts",
        False,
    )
    assert (public["subject"], public["content"], public["moderator"]) == (None, None, None)
    (told,) = lines(alice, subject=alice.id)
    assert told["content"]["text"] == "Buy my pills."
    ConsumerPosition.objects.update(position=0)
    assert len(lines(anonymous)) == 1, "a change that is seen twice is written down once"
    appeals(alice, told, new_member("second", roles=["moderator"]))
    assert anonymous.api.get(path).status_code == 200
    assert lines(anonymous, kind="hide")[0]["reversed_at"]

    moderator.api.put(f"{path}/hide")
    moderator.api.delete(f"{path}/hide")
    newest, _first = lines(anonymous, kind="hide")
    assert newest["reversed_at"], "shown again on the spot"


def test_what_a_case_decides_has_one_line(alice: Persona, bob: Persona, moderator: Persona) -> None:
    post = alice.creates("posts", text="Buy my pills.")
    bob.creates("reports", target_resource="posts", target_id=post["id"], reason="spam")
    case = ModerationCase.objects.get()
    actions = [{"kind": "hide"}, {"kind": "warn"}]
    decision = {"actions": actions, "reason": "Advertising.", "ground": "spam"}
    moderator.api.post(f"moderation-cases/{case.pk}/decide", decision)
    moderator.api.delete(f"posts/{post['id']}/hide")
    assert {line["kind"] for line in lines(moderator)} == {"hide", "warn"}
    assert len(lines(moderator)) == 2
    assert lines(moderator, kind="hide")[0]["reversed_at"], "shown again later, outside the case"


@pytest.mark.parametrize("has_replies", [False, True])
def test_what_a_moderator_deletes_on_the_spot_is_logged_once(
    alice: Persona, bob: Persona, moderator: Persona, has_replies: bool
) -> None:
    post = bob.creates("posts", text="A thread")["id"]
    comment = alice.creates("comments", post=post, text="Buy my pills.")["id"]
    if has_replies:
        bob.creates("comments", post=post, parent=comment, text="No.")
    moderator.api.delete(f"comments/{comment}")
    (line,) = lines(alice, subject=alice.id)
    assert (line["kind"], line["content"]["text"]) == ("delete", "Buy my pills.")
    moderator.api.delete(f"posts/{post}")
    assert [line["target_resource"] for line in lines(moderator)] == ["posts", "comments"]
    own = bob.creates("posts", text="Mine")["id"]
    bob.api.delete(f"posts/{own}")
    assert len(lines(moderator)) == 2, "what members delete themselves is theirs"


def test_a_sanction_imposed_directly_is_logged_told_once_and_can_be_appealed(
    alice: Persona, anonymous: Persona, moderator: Persona
) -> None:
    sanction = {"user": alice.id, "kind": "silence", "reason": "Spam."}
    sanction["expires_at"] = "2099-01-01T00:00:00Z"
    moderator.creates("sanctions", **sanction)
    run_consumers()
    (public,) = lines(anonymous)
    assert (public["kind"], public["reason"]) == ("silence", None)
    assert public["expires_at"].startswith("2099-01-01")
    (told,) = lines(alice, subject=alice.id)
    assert told["reason"] == "Spam."
    notices = alice.api.get("notifications").json()["results"]
    assert [notice["kind"] for notice in notices] == ["moderation"]
    appeals(alice, told, new_member("second", roles=["moderator"]))
    assert alice.api.post("posts", {"text": "Thanks"}).status_code == 201
    assert CaseAction.objects.get(kind="silence").reversed_at is not None

    lifted = moderator.creates("sanctions", **sanction)
    moderator.api.post(f"sanctions/{lifted['id']}/lift")
    newest, _first = lines(anonymous, kind="silence")
    assert newest["reversed_at"]


def test_what_a_rule_hides_without_a_case_is_logged_as_automatic(
    alice: Persona, moderator: Persona
) -> None:
    condition = {"keywords": {"any_of": ["gems"]}}
    moderator.creates("screening-rules", name="Gems", condition=condition, action="hide")
    alice.creates("posts", text="gems")
    (line,) = lines(alice, subject=alice.id)
    assert (line["kind"], line["is_automatic"], line["content"]["text"]) == ("hide", True, "gems")
