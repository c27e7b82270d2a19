"""Screening rules: what members write is held, hidden, reported or refused before others see it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from community.models import ModerationCase, ScreeningMatch, ScreeningRule
from community.services.screening import forget_old_matches
from resources import changes
from resources.actors import SYSTEM
from tests.admin.desks import at_desk, page_of
from users.models import User

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

LINKS: JsonObject = {"links": {"at_least": 1}}


def keywords(*words: str, match: str = "word") -> JsonObject:
    return {"keywords": {"any_of": list(words), "match": match}}


def rules(moderator: Persona, condition: JsonObject, action: str, **values: object) -> Any:
    """Make a rule and return its JSON."""
    sent = {"name": f"{action} {values}"[:80], "condition": condition, "action": action, **values}
    return moderator.creates("screening-rules", **sent)


def posts(persona: Persona, text: str) -> Any:
    return persona.api.post("posts", {"text": text})


def matches(moderator: Persona, **asked: str) -> list[Any]:
    found: list[Any] = moderator.api.get("screening-matches", **asked).json()["results"]
    return found


def test_first_posts_are_held_until_a_moderator_looks(
    moderator: Persona, alice: Persona, bob: Persona
) -> None:
    rule = rules(moderator, {"first": 2}, "hold")
    held = posts(alice, "Hello, everyone!")
    assert (held.status_code, held.json()["is_hidden"]) == (201, True)
    post = f"posts/{held.json()['id']}"
    assert alice.api.get(post).status_code == 200
    assert bob.api.get(post).status_code == 404
    case = ModerationCase.objects.get(target_id=held.json()["id"])
    assert (case.kind, str(case.subject_id)) == ("held", alice.id)
    assert [match["rule"] for match in matches(moderator)] == [rule["id"]]
    assert moderator.api.delete(f"{post}/hide").status_code == 200
    assert bob.api.get(post).status_code == 200
    assert posts(alice, "My second").json()["is_hidden"]
    assert not posts(alice, "My third").json()["is_hidden"], "by then alice is known"
    assert not posts(moderator, "Welcome").json()["is_hidden"], "moderators are not screened"
    assert moderator.api.patch(f"screening-rules/{rule['id']}", {"is_active": False}).json()
    assert not posts(bob, "Nobody holds this").json()["is_hidden"]


def test_what_is_refused_is_written_nowhere_but_in_the_log(
    moderator: Persona, alice: Persona
) -> None:
    rules(moderator, keywords("free gems"), "refuse", message="No adverts, please.")
    refused = posts(alice, "Get FREE  gems at my page")
    assert (refused.status_code, refused.json()["code"]) == (403, "screened")
    assert refused.json()["detail"] == "No adverts, please."
    assert alice.api.get("posts").json()["results"] == []
    (match,) = matches(moderator)
    assert match["evidence"] == ["free gems"]
    assert match["record_id"] is None
    assert match["excerpt"] == "Get FREE  gems at my page"
    assert alice.api.get("screening-matches").status_code == 403
    assert alice.api.get("screening-rules").status_code == 403
    batch = [
        {"method": "POST", "path": "posts", "body": {"text": "Hello"}},
        {"method": "POST", "path": "posts", "body": {"text": "free gems"}},
    ]
    answer = alice.api.post("batch", {"requests": batch})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "requests.1")
    assert alice.api.get("posts").json()["results"] == [], "all or nothing"
    repeated = alice.api.post("posts", {"text": "free gems"}, Idempotency_Key="mine")
    assert repeated.status_code == 403
    assert len(matches(moderator)) == 3, "each is logged"


def test_every_kind_of_text_is_screened_and_edits_are_too(
    moderator: Persona, alice: Persona, bob: Persona
) -> None:
    rules(moderator, keywords("무료", "spam", match="part"), "hold")
    post = posts(alice, "Fine")
    card = alice.creates("cards", title="spam, but a draft")
    assert not card["is_hidden"], "nobody sees it"
    room = alice.creates("rooms", title="Talk")["id"]
    hidden = {
        "comments": alice.creates("comments", post=post.json()["id"], text="Spammy"),
        "messages": alice.creates("messages", room=room, body="무료로 드려요"),
        "cards": alice.api.post(f"cards/{card['id']}/publish").json(),
        "posts": alice.api.patch(f"posts/{post.json()['id']}", {"text": "spam"}).json(),
        "collections": alice.creates("collections", title="spam", visibility="public"),
    }
    for resource, record in hidden.items():
        assert bob.api.get(f"{resource}/{record['id']}").status_code == 404, resource
        assert alice.api.get(f"{resource}/{record['id']}").status_code == 200, resource
    profile = alice.api.patch("users/me", {"bio": "spam"})
    assert (profile.status_code, profile.json()["code"]) == (403, "screened"), "can't be hidden"
    assert alice.api.patch("users/me", {"bio": "I like cards."}).status_code == 200
    cased = ModerationCase.objects.filter(kind="held").values_list("target_resource", flat=True)
    assert set(cased) == set(hidden)


def test_a_text_of_the_past_does_not_come_back_unseen(
    moderator: Persona, alice: Persona, bob: Persona
) -> None:
    """A version that is restored is screened like anything else."""
    card = alice.creates("cards", title="spam", status="published")["id"]
    alice.api.patch(f"cards/{card}", {"title": "Dragon"})
    rules(moderator, keywords("spam"), "hold")
    assert bob.api.get(f"cards/{card}").status_code == 200
    alice.api.post(f"cards/{card}/restore", {"number": 1})
    assert bob.api.get(f"cards/{card}").status_code == 404


@pytest.mark.parametrize(
    ("condition", "text", "is_met"),
    [
        (keywords("éclair"), "An ÉCLAIR!", True),
        (keywords("한국"), normalize("NFD", "한국 카드"), True),
        (keywords("한국"), "한국에서", False),
        (keywords("한국", match="part"), normalize("NFD", "한국에서"), True),
        (keywords("cat"), "concatenate", False),
        (keywords("cat", match="part"), "concatenate", True),
        (keywords("\uff46\uff52\uff45\uff45"), "free", True),
        (keywords("free"), "f\u200bree", True),
        (keywords("a.b(c)+"), "a b c", True),
        (LINKS, "https://cards.example/x", True),
        (LINKS, "version 3.5 and Pikachu.EX", False),
        ({"links": {"to": ["spam.example"]}}, "see http://a.SPAM.example에서", True),
        ({"links": {"to": ["spam.example"]}}, "see https://notspam.example", False),
        ({"links": {"at_least": 2}}, "https://a.example www.b.example", True),
        ({"not": LINKS}, "no link", True),
        ({"all": [LINKS, {"first": 3}, {"trust_below": 1}]}, "www.a.example", True),
        ({"any": [LINKS, {"account_younger_than_hours": 1}]}, "hello", True),
        ({"all": [keywords("hello"), {"account_younger_than_hours": 1}]}, "goodbye", False),
    ],
)
def test_what_a_condition_means(
    moderator: Persona, alice: Persona, condition: JsonObject, text: str, is_met: bool
) -> None:
    rules(moderator, condition, "refuse")
    assert posts(alice, text).status_code == (403 if is_met else 201)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"keywords": {"any_of": []}},
        {"keywords": {"any_of": ["..."]}},
        {"keywords": {"any_of": ["x"], "match": "regex"}},
        {"links": LINKS, "first": 1},
        {"all": [{"never": 1}]},
        {"all": [{"any": [{"all": [{"any": [{"not": {"not": LINKS}}]}]}]}]},
        {"all": [{"any": [LINKS] * 30}, {"any": [LINKS] * 30}]},
        "spam",
    ],
)
def test_a_condition_that_means_nothing_is_refused(moderator: Persona, condition: object) -> None:
    sent = {"name": "Odd", "condition": condition}
    refused = moderator.api.post("screening-rules", sent)
    assert refused.status_code == 400, refused.content
    assert refused.json()["errors"][0]["field"].startswith("condition")
    tried = moderator.api.post("screening-rules/try", {"condition": condition})
    assert tried.status_code == 400, "by a trial alike"


def test_rules_are_bounded_together(moderator: Persona) -> None:
    words = [f"word{number}" for number in range(200)]
    for number in range(10):
        moderator.creates("screening-rules", name=f"{number}", condition=keywords(*words))
    sent = {"name": "One more", "condition": keywords("x")}
    refused = moderator.api.post("screening-rules", sent)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "too_many_rules")
    assert moderator.api.post("screening-rules", {**sent, "is_active": False}).status_code == 201
    unknown = moderator.api.post(
        "screening-rules", {**sent, "name": "Else", "resources": ["sanctions"]}
    )
    assert unknown.json()["errors"][0]["field"] == "resources"


def test_the_strictest_of_several_rules_counts(
    moderator: Persona, alice: Persona, bob: Persona
) -> None:
    rules(moderator, LINKS, "report")
    rules(moderator, keywords("gems"), "hide", resources=["posts"])
    rules(moderator, keywords("gems"), "refuse", is_dry_run=True)
    reported = posts(alice, "www.a.example").json()
    assert bob.api.get(f"posts/{reported['id']}").status_code == 200
    hidden = posts(alice, "gems at www.a.example").json()
    assert hidden["is_hidden"]
    assert {case.kind for case in ModerationCase.objects.all()} == {"report"}
    told = {(each["action"], each["is_dry_run"]) for each in matches(moderator, action="refuse")}
    assert told == {("refuse", True)}, "a dry run is logged, and nothing else"
    assert len(matches(moderator)) == 4


def test_who_writes_too_fast_is_silenced(moderator: Persona, alice: Persona) -> None:
    rules(moderator, {"rate": {"at_least": 3, "minutes": 5}}, "silence", silence_hours=2)
    assert [posts(alice, f"{number}").json()["is_hidden"] for number in range(3)] == [
        False,
        False,
        True,
    ]
    assert posts(alice, "4").status_code == 403
    (sanction,) = alice.api.get("sanctions").json()["results"]
    assert (sanction["kind"], sanction["imposed_by"]) == ("silence", None)
    until = timezone.now() + timedelta(hours=2)
    assert sanction["expires_at"][:13] == until.isoformat()[:13]


def test_a_rule_is_tried_on_what_was_written_before_it(
    moderator: Persona, alice: Persona, bob: Persona
) -> None:
    first, second = (posts(alice, f"gems {number}").json()["id"] for number in range(2))
    posts(moderator, "gems, says a moderator")
    alice.creates("cards", title="gems in a draft")
    bob.creates("rooms", title="gems", is_private=True)
    changes.update(User.objects.get(pk=bob.id), by=SYSTEM, bio="gems")
    condition = {"all": [keywords("gems"), {"first": 1}]}
    trial = {"condition": condition, "resources": ["posts"]}
    answer = moderator.api.post("screening-rules/try", trial).json()
    (found,) = answer["results"]
    assert (found["id"], found["username"], found["evidence"]) == (first, "alice", ["gems"])
    assert (answer["looked_at"], answer["next"]) == (3, None)
    everything = {"condition": keywords("gems")}
    found = moderator.api.post("screening-rules/try", everything).json()["results"]
    assert {each["id"] for each in found} == {first, second, bob.id}, "only what others saw"

    rule = rules(moderator, condition, "hold", is_active=False)["id"]
    stored = moderator.api.post(f"screening-rules/{rule}/try").json()
    assert [each["id"] for each in stored["results"]] == [first]
    for persona, status in ((alice, 403), (type(alice)(None, type(alice.api)()), 401)):
        assert persona.api.post("screening-rules/try", everything).status_code == status
    assert moderator.api.post("screening-rules/nope/try").status_code == 404
    wrong = moderator.api.post("screening-rules/try", everything | {"cursor": "cards:x"})
    assert wrong.status_code in (400, 404)


def test_a_trial_goes_on_where_it_stopped(
    moderator: Persona, alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("community.selectors.rule_trials.LOOKED_AT", 2)
    written = [posts(alice, f"gems {number}").json()["id"] for number in range(5)]
    trial = {"condition": keywords("gems"), "resources": ["comments", "posts"]}
    found: list[str] = []
    answer: Any = {"next": ""}
    while answer["next"] is not None:
        sent = trial | {"cursor": answer["next"]}
        answer = moderator.api.post("screening-rules/try", sent).json()
        assert answer["looked_at"] <= 2
        found += [each["id"] for each in answer["results"]]
    assert found == written[::-1]


def test_a_write_costs_no_query_where_no_rule_applies(moderator: Persona, alice: Persona) -> None:
    posts(alice, "The first of this process")
    with CaptureQueriesContext(connection) as before:
        posts(alice, "Hello")
    rules(moderator, keywords("gems"), "hold", is_active=False)
    rules(moderator, keywords("gems"), "hold", resources=["messages"])
    posts(alice, "The first under these rules")
    with CaptureQueriesContext(connection) as after:
        posts(alice, "Hello")
    assert len(after) == len(before)


def test_a_moderator_tries_a_rule_in_the_admin(
    moderator: Persona, alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("community.selectors.rule_trials.LOOKED_AT", 1)
    posts(alice, "gems of long ago")
    posts(alice, "<b>newer</b> gems")
    sent = {"name": "Gems", "condition": keywords("gems"), "resources": ["posts"]}
    rule = ScreeningRule.objects.get(pk=moderator.creates("screening-rules", **sent)["id"])
    browser = at_desk(moderator)
    page = page_of(rule, "try")
    assert f'href="{page}"' in browser.get(page_of(rule)).content.decode()
    first = browser.get(page).content.decode()
    assert "&lt;b&gt;newer&lt;/b&gt; gems" in first
    assert "long ago" not in first
    following = re.search(r'href="(\?cursor=[^"]+)"', first)
    assert following
    assert "gems of long ago" in browser.get(page + following[1]).content.decode()
    assert browser.get(page, {"cursor": "nonsense"}).status_code < 500
    assert browser.get(page.replace(str(rule.pk), alice.id)).status_code == 404


def test_matches_are_forgotten_after_ninety_days(moderator: Persona, alice: Persona) -> None:
    rules(moderator, LINKS, "report")
    posts(alice, "www.a.example")
    assert forget_old_matches() == 0
    match = ScreeningMatch.objects.get()
    changes.update(match, by=SYSTEM, created_at=timezone.now() - timedelta(days=91))
    assert forget_old_matches() == 1
