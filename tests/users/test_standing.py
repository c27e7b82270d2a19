"""Sanctions and trust: what moderators and behaviour do to what a member may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from users.models import AccountEvent, Session, User
from users.services.accounts import change_password
from users.services.trust import earned_trust, review_trust
from users.tokens import authenticate_token

if TYPE_CHECKING:
    from tests.personas import Persona

SECRET = "a correct horse 9"


def in_days(days: int) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def sanctions(by: Persona, on: Persona, kind: str, **values: object) -> Any:
    sent = {"user": on.id, "kind": kind, "reason": "Spam.", **values}
    return by.api.post("sanctions", sent)


def sign_in(name: str) -> Any:
    return Api().post("auth/token", {"identity": name, "password": SECRET})


@pytest.fixture
def bob_with_password(bob: Persona) -> Persona:
    assert bob.user is not None
    change_password(bob.user, SECRET)
    token = sign_in("bob").json()["access"]
    return type(bob)(bob.user, Api(token), token)


@pytest.mark.parametrize(("kind", "ends"), [("suspend", True), ("ban", False)])
def test_a_barred_member_is_out_at_once_and_cannot_come_back(
    moderator: Persona, bob_with_password: Persona, kind: str, ends: bool
) -> None:
    bob = bob_with_password
    sanction = sanctions(moderator, bob, kind, **({"expires_at": in_days(3)} if ends else {}))
    assert sanction.status_code == 201, sanction.content
    assert bob.api.get("users/me").status_code == 401, "the session has ended"
    assert sign_in("bob").json()["code"] == "barred"
    wrong = Api().post("auth/token", {"identity": "bob", "password": "wrong"})
    assert wrong.json()["code"] == "wrong_credentials", "a stranger learns nothing"
    lifted = moderator.api.post(f"sanctions/{sanction.json()['id']}/lift")
    assert lifted.json()["lifted_at"]
    assert sign_in("bob").status_code == 200


def test_a_token_issued_before_a_ban_is_refused_on_every_request(
    moderator: Persona, bob_with_password: Persona
) -> None:
    """Even if a session were left: the member's row is asked each time."""
    bob = bob_with_password
    sanctions(moderator, bob, "ban")
    for session in Session.objects.filter(user_id=bob.id):
        changes.update(session, by=SYSTEM, ended_at=None)
    for answer in (bob.api.get("cards"), bob.api.post("cards", {"title": "x"})):
        assert (answer.status_code, answer.json()["code"]) == (403, "barred")


def test_a_suspension_ends_by_itself(moderator: Persona, bob_with_password: Persona) -> None:
    bob = bob_with_password
    sanction = sanctions(moderator, bob, "suspend", expires_at=in_days(3)).json()
    assert sanction["expires_at"]
    past = timezone.now() - timedelta(seconds=1)
    changes.update(User.objects.get(pk=bob.id), by=SYSTEM, barred_until=past)
    assert sign_in("bob").status_code == 200


def test_a_silenced_member_can_read_but_not_write(
    moderator: Persona, alice: Persona, bob: Persona
) -> None:
    card = bob.creates("cards", title="Dragon", status="published")
    sanction = sanctions(moderator, bob, "silence", expires_at=in_days(3)).json()
    assert bob.api.get("cards").status_code == 200
    for answer in (
        bob.api.post("cards", {"title": "x"}),
        bob.api.post("posts", {"text": "x"}),
        bob.api.patch(f"cards/{card['id']}", {"title": "x"}),
        bob.api.patch("users/me", {"bio": "x"}),
        bob.api.post("collections", {"title": "x"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert bob.api.get("users/me").json()["silenced_until"] == sanction["expires_at"]
    assert alice.api.get(f"users/{bob.id}").json()["silenced_until"] is None
    moderator.api.post(f"sanctions/{sanction['id']}/lift")
    assert bob.api.post("posts", {"text": "x"}).status_code == 201


def test_the_longest_of_several_sanctions_counts(moderator: Persona, bob: Persona) -> None:
    longer = sanctions(moderator, bob, "silence", expires_at=in_days(9)).json()
    shorter = sanctions(moderator, bob, "silence", expires_at=in_days(2)).json()
    assert bob.api.get("users/me").json()["silenced_until"] == longer["expires_at"]
    moderator.api.post(f"sanctions/{longer['id']}/lift")
    assert bob.api.get("users/me").json()["silenced_until"] == shorter["expires_at"]
    again = moderator.api.post(f"sanctions/{longer['id']}/lift")
    assert (again.status_code, again.json()["code"]) == (409, "not_in_force")


def test_a_member_can_read_why_and_nobody_else_but_moderators(
    moderator: Persona, alice: Persona, bob: Persona
) -> None:
    sanction = sanctions(moderator, bob, "silence").json()
    seen = bob.api.get(f"sanctions/{sanction['id']}").json()
    assert (seen["reason"], seen["imposed_by"]) == ("Spam.", None)
    assert alice.api.get(f"sanctions/{sanction['id']}").status_code == 404
    events = AccountEvent.objects.filter(user_id=bob.id, kind="sanctioned")
    assert [event.detail["reason"] for event in events] == ["Spam."]


def test_rank_protects(moderator: Persona, admin: Persona, bob: Persona) -> None:
    assert sanctions(bob, moderator, "ban").status_code == 403
    assert sanctions(moderator, moderator, "silence").status_code == 403
    assert sanctions(moderator, admin, "ban").status_code == 403
    assert sanctions(admin, moderator, "silence").status_code == 201
    assert not User.objects.exclude(barred_until=None).exists()


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("exile", {}, "kind"),
        ("suspend", {"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ("ban", {"reason": ""}, "reason"),
    ],
)
def test_a_sanction_must_make_sense(
    moderator: Persona, bob: Persona, kind: str, values: dict[str, str], field: str
) -> None:
    refused = sanctions(moderator, bob, kind, **values)
    assert refused.json()["errors"][0]["field"] == field


def test_a_suspension_has_an_end(moderator: Persona, bob: Persona) -> None:
    assert sanctions(moderator, bob, "suspend").status_code == 400


@pytest.mark.parametrize(
    ("days", "cards", "followers", "level"),
    [(0, 50, 50, 0), (1, 0, 0, 1), (14, 3, 1, 2), (14, 2, 1, 1), (60, 20, 10, 3), (90, 20, 9, 2)],
)
def test_behaviour_earns_trust(
    alice: Persona, days: int, cards: int, followers: int, level: int
) -> None:
    user = User.objects.get(pk=alice.id)
    behaved: dict[str, object] = {
        "created_at": timezone.now() - timedelta(days=days),
        "card_count": cards,
        "follower_count": followers,
    }
    changes.update(user, by=SYSTEM, **behaved)
    assert earned_trust(user) == level
    changes.update(user, by=SYSTEM, is_verified=False)
    assert earned_trust(user) == 0


def test_trust_is_earned_lost_and_told(moderator: Persona, alice: Persona, bob: Persona) -> None:
    user = User.objects.get(pk=bob.id)
    changes.update(user, by=SYSTEM, created_at=timezone.now() - timedelta(days=2))
    before = bob.api.get("users/me")
    assert review_trust() == 1, "what the worker does every hour"
    assert review_trust() == 0
    raised = bob.api.get("users/me")
    assert raised.json()["trust_level"] == 1
    assert alice.api.get(f"users/{bob.id}").json()["trust_level"] == 1, "others see it, too"
    revisions = {answer["ETag"].strip('"').partition("-")[0] for answer in (before, raised)}
    assert len(revisions) == 1, "it is nobody's edit"

    warning = sanctions(moderator, bob, "warn").json()
    assert bob.api.get("users/me").json()["trust_level"] == 1, "a warning costs nothing"
    silence = sanctions(moderator, bob, "silence", expires_at=in_days(1)).json()
    assert bob.api.get("users/me").json()["trust_level"] == 0, "a sanction does, at once"
    moderator.api.post(f"sanctions/{silence['id']}/lift")
    assert bob.api.get("users/me").json()["trust_level"] == 1, "one that was lifted does not"

    events = bob.api.get("auth/events").json()["results"]
    told = [(event["kind"], event["detail"].get("level")) for event in reversed(events[:-1])]
    assert told == [
        ("trust_raised", 1),
        ("sanctioned", None),
        ("trust_lowered", 0),
        ("sanctioned", None),
        ("trust_raised", 1),
        ("sanction_lifted", None),
    ]
    assert [each["id"] for each in bob.api.get("sanctions").json()["results"]] == [
        silence["id"],
        warning["id"],
    ]


def test_a_warning_takes_nothing_away_and_stays_on_record(moderator: Persona, bob: Persona) -> None:
    warning = sanctions(moderator, bob, "warn")
    assert warning.status_code == 201, warning.content
    assert bob.api.post("posts", {"text": "I see."}).status_code == 201
    seen = bob.api.get(f"sanctions/{warning.json()['id']}").json()
    assert (seen["kind"], seen["reason"]) == ("warn", "Spam.")
    endless = sanctions(moderator, bob, "warn", expires_at=in_days(1))
    assert (endless.status_code, endless.json()["detail"]) == (400, "A warning has no end.")


def test_silence_ends_to_the_moment_though_nothing_runs(moderator: Persona, bob: Persona) -> None:
    """Who shows a token is cached, but no longer than what was said of them holds."""
    sanctions(moderator, bob, "silence", expires_at=in_days(3))
    until = timezone.now() + timedelta(seconds=40)
    changes.update(User.objects.get(pk=bob.id), by=SYSTEM, silenced_until=until)
    authentication = authenticate_token(bob.token)
    assert authentication.actor.is_silenced
    assert authentication.until == pytest.approx(until.timestamp())
    changes.update(User.objects.get(pk=bob.id), by=SYSTEM, silenced_until=timezone.now())
    assert not authenticate_token(bob.token).actor.is_silenced
    assert bob.api.post("posts", {"text": "I am back."}).status_code == 201
