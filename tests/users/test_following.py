"""Following, blocking and muting members, as they and others see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.client import Api

if TYPE_CHECKING:
    from tests.personas import Persona


def profile(who: Persona, of: Persona) -> Any:
    return who.api.get(f"users/{of.id}?fields=*,viewer").json()


def counts(of: Persona) -> tuple[int, int]:
    shown = of.api.get("users/me").json()
    return shown["follower_count"], shown["following_count"]


def test_following_is_counted_once_and_shown_to_whoever_follows(
    alice: Persona, bob: Persona
) -> None:
    before = alice.api.get("users/me")
    for _again in range(2):
        followed = bob.api.put(f"users/{alice.id}/follow")
        assert followed.status_code == 200, followed.content
        assert followed.json()["follower_count"] == 1
    assert counts(alice) == (1, 0)
    assert counts(bob) == (0, 1)
    assert profile(bob, alice)["viewer"] == {
        "followed": True,
        "follows_me": False,
        "blocked": False,
        "muted": False,
    }
    assert profile(alice, bob)["viewer"]["follows_me"] is True
    revision = before.headers["ETag"].strip('"').partition("-")[0]
    edited = alice.api.patch("users/me", {"bio": "Foils."}, HTTP_IF_MATCH=f'"{revision}"')
    assert edited.status_code == 200, "a follower is nobody's edit"
    for _again in range(2):
        assert bob.api.delete(f"users/{alice.id}/follow").status_code in (200, 204)
    assert counts(alice) == counts(bob) == (0, 0)


def test_followers_can_be_listed_by_members(alice: Persona, bob: Persona, carol: Persona) -> None:
    bob.api.put(f"users/{alice.id}/follow")
    carol.api.put(f"users/{alice.id}/follow")
    found = bob.api.get(f"follows?followed={alice.id}&expand=follower").json()["results"]
    assert [each["expand"]["follower"]["username"] for each in found] == ["carol", "bob"]
    assert Api().get("follows").status_code == 401
    bob.api.put(f"users/{carol.id}/block")
    found = bob.api.get(f"follows?followed={alice.id}").json()["results"]
    assert [each["follower"] for each in found] == [bob.id]


@pytest.mark.parametrize("action", ["follow", "block", "mute"])
def test_nobody_can_do_it_to_themselves_or_without_an_account(alice: Persona, action: str) -> None:
    assert alice.api.put(f"users/{alice.id}/{action}").status_code == 403
    assert Api().put(f"users/{alice.id}/{action}").status_code == 401


def test_a_block_ends_following_and_hides_each_from_the_other(alice: Persona, bob: Persona) -> None:
    alice.api.put(f"users/{bob.id}/follow")
    bob.api.put(f"users/{alice.id}/follow")
    blocked = alice.api.put(f"users/{bob.id}/block")
    assert blocked.status_code == 200, blocked.content
    assert counts(alice) == counts(bob) == (0, 0)
    assert bob.api.get(f"users/{alice.id}").status_code == 404
    assert bob.api.get("users/Alice").status_code == 404
    assert bob.api.put(f"users/{alice.id}/follow").status_code == 404
    assert alice.api.put(f"users/{bob.id}/follow").status_code == 403
    assert profile(alice, bob)["viewer"]["blocked"] is True, "so that it can be taken back"
    for one, other in ((alice, bob), (bob, alice)):
        listed = {each["id"] for each in one.api.get("users").json()["results"]}
        assert one.id in listed
        assert other.id not in listed
    assert bob.api.get("blocks").json()["results"] == [], "nobody is told who has blocked them"
    assert alice.api.delete(f"users/{bob.id}/block").status_code == 200
    assert bob.api.put(f"users/{alice.id}/follow").status_code == 200


def test_each_of_two_who_have_blocked_each_other_can_take_it_back(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    bob.api.put(f"users/{alice.id}/block")
    assert alice.api.put(f"users/{bob.id}/block").status_code == 404
    assert moderator.api.get(f"users/{bob.id}").status_code == 200
    (block,) = bob.api.get("blocks?expand=blocked").json()["results"]
    assert block["expand"]["blocked"]["username"] == "alice"
    assert bob.api.delete(f"blocks/{block['id']}").status_code == 204
    assert alice.api.get(f"users/{bob.id}").status_code == 200


def test_muting_is_the_muters_own_affair(alice: Persona, bob: Persona) -> None:
    for _again in range(2):
        assert alice.api.put(f"users/{bob.id}/mute").status_code == 200
    assert profile(alice, bob)["viewer"]["muted"] is True
    assert len(alice.api.get("mutes").json()["results"]) == 1
    assert bob.api.get("mutes").json()["results"] == []
    assert alice.api.delete(f"users/{bob.id}/mute").status_code == 200
    assert profile(alice, bob)["viewer"]["muted"] is False
