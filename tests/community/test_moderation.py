"""From a report to the end of an appeal, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from community.models import CaseKind, ModerationCase, Post
from community.services.cases import open_case
from community.services.removal import delete_removed_content
from resources import changes
from resources.actors import SYSTEM
from tests.personas import new_member
from users.models import Sanction, User

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

HIDE = [{"kind": "hide"}]
DISMISS = [{"kind": "dismiss"}]
OVERTURN = [{"kind": "overturn"}]


@pytest.fixture
def post(alice: Persona) -> Any:
    return alice.creates("posts", text="Buy my pills.")


@pytest.fixture
def second(db: None) -> Persona:
    return new_member("second", roles=["moderator"])


def reports(persona: Persona, record: Any, resource: str = "posts", reason: str = "spam") -> Any:
    """Report a record and return the report."""
    return persona.creates(
        "reports", target_resource=resource, target_id=record["id"], reason=reason
    )


def waiting(moderator: Persona) -> list[Any]:
    """Return the cases that wait, the heaviest first."""
    found = moderator.api.get("moderation-cases", filter='state="open" || state="claimed"')
    cases: list[Any] = found.json()["results"]
    return cases


def decides(persona: Persona, case: Any, actions: list[JsonObject], **more: object) -> Any:
    """Decide a case and return the answer."""
    sent = {"actions": actions, "reason": "Advertising.", "ground": "spam"} | more
    return persona.api.post(f"moderation-cases/{case['id']}/decide", sent)


def log_of(persona: Persona, record: JsonObject) -> list[Any]:
    """Return the lines of the moderation log about a record that this persona knows of."""
    lines: list[Any] = persona.api.get("moderation-log", target_id=record["id"]).json()["results"]
    return lines


@pytest.fixture
def reported(
    bob: Persona, carol: Persona, moderator: Persona, post: JsonObject, settings: Settings
) -> Any:
    """Have two members report the post, which hides it; return the case."""
    settings.MODERATION = settings.MODERATION._replace(score_to_hide=2)
    for persona in (bob, carol):
        assert reports(persona, post)["outcome"] == "waiting"
    return waiting(moderator)[0]


@pytest.fixture
def deleted(moderator: Persona, reported: object) -> Any:
    """Have the moderator delete the post and silence its author; return the case."""
    until = (timezone.now() + timedelta(days=1)).isoformat()
    silence = {"kind": "silence", "expires_at": until}
    return decides(moderator, reported, [{"kind": "delete"}, silence]).json()


def test_reports_gather_in_one_case_and_hide_the_post_together(
    alice: Persona, bob: Persona, moderator: Persona, anonymous: Persona, post: JsonObject
) -> None:
    path, case_path = f"posts/{post['id']}", "moderation-cases"
    reports(bob, post)
    again = {"target_resource": "posts", "target_id": post["id"], "reason": "hate"}
    assert bob.api.post("reports", again).status_code == 409
    assert anonymous.api.get(path).status_code == 200
    for number in range(3):
        assert anonymous.api.get(path).status_code == 200
        reports(new_member(f"member{number}"), post)
    assert anonymous.api.get(path).status_code == 404
    (case,) = waiting(moderator)
    assert (case["score"], case["report_count"], case["subject"]) == (4, 4, alice.id)
    assert case["content"]["text"] == "Buy my pills."
    for stranger in (alice, bob):
        assert stranger.api.get(f"{case_path}/{case['id']}").status_code == 404
    (held,) = log_of(alice, post)
    assert (held["kind"], held["is_automatic"], held["reason"]) == ("hide", True, "")


def test_a_case_is_claimed_by_one_moderator_at_a_time(
    moderator: Persona, second: Persona, reported: Any
) -> None:
    path = f"moderation-cases/{reported['id']}"
    known = moderator.api.get(path)["ETag"]
    assert moderator.api.put(f"{path}/claim", If_Match=known).json()["claimed_by"] == moderator.id
    assert second.api.put(f"{path}/claim", If_Match=known).status_code == 412
    taken = second.api.put(f"{path}/claim")
    assert (taken.status_code, taken.json()["code"]) == (409, "claimed")
    assert "moderator" in taken.json()["detail"]
    assert second.api.delete(f"{path}/claim").status_code == 409
    assert decides(second, reported, HIDE).status_code == 409
    assert moderator.api.delete(f"{path}/claim").json()["state"] == "open"
    assert second.api.put(f"{path}/claim").status_code == 200
    ModerationCase.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    assert moderator.api.put(f"{path}/claim").json()["claimed_by"] == moderator.id


def test_author_and_reporters_learn_what_was_decided_and_why(
    alice: Persona, bob: Persona, anonymous: Persona, post: JsonObject, deleted: Any
) -> None:
    assert (deleted["state"], deleted["decision"]) == ("decided", "upheld")
    (report,) = bob.api.get("reports").json()["results"]
    assert (report["outcome"], report["answer"]) == ("upheld", "Advertising.")
    assert (report["weight"], report["case"]) == (None, None)
    told = {line["kind"]: line for line in log_of(alice, post)}
    assert told["delete"]["reason"] == "Advertising."
    assert told["delete"]["content"]["text"] == "Buy my pills."
    assert told["silence"]["moderator"] is None
    (public,) = anonymous.api.get("moderation-log", kind="delete").json()["results"]
    assert (public["ground"], public["target_resource"]) == ("spam", "posts")
    private = ("subject", "target_id", "reason", "content", "case", "moderator")
    assert {public[name] for name in private} == {None}
    assert alice.api.get(f"posts/{post['id']}").status_code == 200
    assert alice.api.post("posts", {"text": "x"}).status_code == 403


def test_an_appeal_is_decided_by_a_second_moderator_and_undoes_everything(
    alice: Persona, bob: Persona, moderator: Persona, second: Persona, post: Any, deleted: Any
) -> None:
    line = next(line for line in log_of(alice, post) if line["kind"] == "delete")
    objection = {"action": line["id"], "text": "They are sweets."}
    assert bob.api.post("appeals", objection).status_code == 403
    appeal = alice.creates("appeals", **objection)
    assert alice.api.post("appeals", objection).status_code == 409
    (review,) = waiting(second)
    assert (review["kind"], review["appealed"]) == ("appeal", deleted["id"])
    refused = decides(moderator, review, OVERTURN)
    assert (refused.status_code, refused.json()["code"]) == (403, "own_decision")
    assert decides(second, review, HIDE).status_code == 400
    assert decides(second, review, OVERTURN, reason="Sweets.").status_code == 200
    assert bob.api.get(f"posts/{post['id']}").status_code == 200
    assert alice.api.post("posts", {"text": "x"}).status_code == 201
    outcome = alice.api.get(f"appeals/{appeal['id']}").json()
    assert (outcome["outcome"], outcome["answer"]) == ("overturned", "Sweets.")
    assert bob.api.get("reports").json()["results"][0]["outcome"] == "dismissed"
    closed = moderator.api.get(f"moderation-cases/{deleted['id']}").json()
    assert (closed["state"], closed["decision"]) == ("closed", "overturned")
    steps = moderator.api.get("case-events", case=deleted["id"]).json()["results"]
    happened = ["opened", "reported", "reported", "hidden", "decided", "appealed", "overturned"]
    assert [step["kind"] for step in steps] == happened
    assert bob.api.get("case-events").json()["results"] == []


def test_what_was_deleted_goes_for_good_when_the_appeal_fails(
    alice: Persona, bob: Persona, moderator: Persona, second: Persona, post: JsonObject
) -> None:
    reports(bob, post)
    decides(moderator, waiting(moderator)[0], [{"kind": "delete"}])
    assert delete_removed_content() == 0
    line = log_of(alice, post)[0]
    alice.creates("appeals", action=line["id"], text="Please.")
    ModerationCase.objects.filter(kind="report").update(removes_at=timezone.now())
    assert delete_removed_content() == 0
    decides(second, waiting(second)[0], [{"kind": "uphold"}])
    assert delete_removed_content() == 1
    assert alice.api.get(f"posts/{post['id']}").status_code == 404
    assert log_of(alice, post)[0]["content"]["text"] == "Buy my pills."


def test_what_is_harmless_stays_so_until_it_is_edited(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, post: Any
) -> None:
    reports(bob, post)
    decides(moderator, waiting(moderator)[0], DISMISS, reason="A joke.")
    assert log_of(alice, post) == [], "whoever was reported without reason need not know"
    report = reports(carol, post)
    assert (report["outcome"], report["answer"], waiting(moderator)) == ("dismissed", "A joke.", [])
    alice.api.patch(f"posts/{post['id']}", {"text": "Buy my poison."})
    assert reports(carol, post)["outcome"] == "waiting"
    assert [case["score"] for case in waiting(moderator)] == [1]
    assert reports(bob, alice.creates("posts", text="Other."))["weight"] is None
    assert min(case["score"] for case in waiting(moderator)) == pytest.approx(0.667)


def test_changes_can_be_asked_for_and_handed_in(
    alice: Persona, bob: Persona, moderator: Persona, anonymous: Persona
) -> None:
    card = alice.creates("cards", title="Loud", status="published")
    reports(bob, card, "cards")
    decides(moderator, waiting(moderator)[0], [{"kind": "request_changes"}, {"kind": "warn"}])
    assert anonymous.api.get(f"cards/{card['id']}").status_code == 404
    assert alice.api.get("sanctions").json()["results"][0]["kind"] == "warn"
    (line,) = [line for line in log_of(alice, card) if line["kind"] == "request_changes"]
    resubmit = f"moderation-log/{line['id']}/resubmit"
    assert (alice.api.post(resubmit).status_code, waiting(moderator)) == (409, [])
    alice.api.patch(f"cards/{card['id']}", {"title": "Quiet"})
    assert bob.api.post(resubmit).status_code == 403
    assert alice.api.post(resubmit).status_code == 200
    (case,) = waiting(moderator)
    assert case["content"]["title"] == "Quiet"
    decides(moderator, case, DISMISS)
    assert anonymous.api.get(f"cards/{card['id']}").status_code == 200


def test_moderators_of_a_room_see_and_decide_theirs_alone(
    alice: Persona, bob: Persona, carol: Persona, admin: Persona, moderator: Persona, post: Post
) -> None:
    room = bob.creates("rooms", title="Den")
    said = alice.creates("messages", room=room["id"], body="Rude.")
    for record, resource in ((said, "messages"), (post, "posts")):
        reports(bob, record, resource)
    assert carol.api.get("moderation-cases").json()["results"] == []
    scope = {"moderator": carol.id, "room": room["id"]}
    assert moderator.api.post("moderator-scopes", scope).status_code == 403
    assert admin.api.post("moderator-scopes", {"moderator": carol.id}).status_code == 400
    admin.creates("moderator-scopes", **scope)
    (case,) = waiting(carol)
    assert case["target_id"] == said["id"]
    assert decides(carol, case, [{"kind": "ban"}]).status_code == 403
    assert decides(carol, case, HIDE).status_code == 200
    assert bob.api.get(f"messages/{said['id']}").status_code == 200, "the room's host sees it"
    assert log_of(carol, said)[0]["moderator"] == carol.id
    assert Sanction.objects.count() == 0
    appointed = admin.api.get("moderator-scopes", moderator=carol.id).json()["results"][0]
    assert User.objects.get(pk=carol.id).is_staff
    admin.api.delete(f"moderator-scopes/{appointed['id']}")
    assert not User.objects.get(pk=carol.id).is_staff


def test_moderators_read_the_history_of_a_member(
    alice: Persona, bob: Persona, moderator: Persona, second: Persona, post: JsonObject
) -> None:
    path = f"users/{alice.id}/moderation-history"
    reports(bob, post)
    decides(moderator, waiting(moderator)[0], [{"kind": "hide"}, {"kind": "warn"}])
    history = second.api.get(path).json()
    assert (history["username"], history["upheld"], history["waiting"]) == ("alice", 1, 0)
    assert [one["kind"] for one in history["sanctions"]] == ["warn"]
    assert {one["kind"] for one in history["actions"]} == {"hide", "warn"}
    reporter = second.api.get(f"users/{bob.id}/moderation-history").json()
    assert (reporter["reports_upheld"], reporter["reports_dismissed"]) == (1, 0)
    refused = (alice.api.get(path), second.api.get(f"users/{second.id}/moderation-history"))
    assert [one.status_code for one in refused] == [403, 404]


def test_nobody_reports_or_decides_their_own_content(
    alice: Persona, bob: Persona, moderator: Persona, second: Persona, post: JsonObject
) -> None:
    own = moderator.creates("posts", text="Mine.")
    refused = moderator.api.post(
        "reports", {"target_resource": "posts", "target_id": own["id"], "reason": "spam"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "own_content")
    reports(bob, own)
    assert waiting(moderator) == []
    (case,) = waiting(second)
    assert decides(moderator, case, DISMISS).status_code == 404
    assert decides(second, case, [{"kind": "ban"}]).status_code == 403, "moderators are equals"
    unseen = {"target_resource": "posts", "target_id": case["id"], "reason": "spam"}
    assert bob.api.post("reports", unseen).json()["errors"][0]["field"] == "target_id"
    unknown = unseen | {"target_resource": "auth/sessions"}
    assert bob.api.post("reports", unknown).json()["errors"][0]["field"] == "target_resource"


def test_cases_are_decided_together_or_not_at_all(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    for text in ("One.", "Two."):
        reports(bob, alice.creates("posts", text=text))
    cases = waiting(moderator)
    decision = {"actions": HIDE, "reason": "Advertising."}

    def sent(case_ids: list[str]) -> Any:
        paths = [f"moderation-cases/{case_id}/decide" for case_id in case_ids]
        writes = [{"method": "POST", "path": path, "body": decision} for path in paths]
        return moderator.api.post("batch", {"requests": writes})

    assert sent([cases[0]["id"], cases[0]["id"]]).status_code == 409
    assert len(waiting(moderator)) == 2
    assert sent([case["id"] for case in cases]).status_code == 200
    assert Post.objects.filter(is_hidden=True).count() == 2


def test_whatever_finds_something_opens_one_case_about_it(
    alice: Persona, bob: Persona, moderator: Persona, anonymous: Persona, post: Any
) -> None:
    target = Post.objects.get(pk=post["id"])
    changes.update(target, by=SYSTEM, is_hidden=True)
    first = open_case(kind=CaseKind.HELD, target=target, by=SYSTEM, note="A first post", score=2)
    second = open_case(kind=CaseKind.HELD, target=target, by=SYSTEM, score=1)
    assert first == second
    (case,) = waiting(moderator)
    assert (case["kind"], case["score"]) == ("held", 3)
    notes = moderator.api.get("case-notes", case=case["id"]).json()["results"]
    assert [(note["text"], note["author"]) for note in notes] == [("A first post", None)]
    assert decides(moderator, case, HIDE, reason=" ").status_code == 400
    assert decides(moderator, case, [*HIDE, *DISMISS]).status_code == 400
    assert decides(moderator, case, DISMISS, reason="").status_code == 200
    assert anonymous.api.get(f"posts/{post['id']}").status_code == 200
    assert log_of(alice, post)[0]["kind"] == "dismiss", "it had been hidden, so its author is told"
