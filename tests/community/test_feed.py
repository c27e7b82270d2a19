"""The feed: hot, new and top by declared formulas, for whoever may see what it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import log10
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone

from cards.models import Card
from community.models import FeedItem, Post
from community.selectors.ranking import FORMULAS, POINTS
from community.services.ranking import forget_withdrawn, move_windows, rank_missing
from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from tests.consuming import run_consumers

if TYPE_CHECKING:
    from tests.personas import Persona

pytestmark = pytest.mark.dialect


def shown(reader: Persona, **asked: str) -> list[str]:
    """Return the titles of the cards and the texts of the posts that the feed lists."""
    page = reader.api.get("feed", expand="card,post", **asked)
    assert page.status_code == 200, page.json()
    expanded = [item["expand"] for item in page.json()["results"]]
    return [each["card"]["title"] if each["card"] else each["post"]["text"] for each in expanded]


def publish(author: Persona, title: str, **values: object) -> str:
    card: str = author.creates("cards", title=title, status="published", **values)["id"]
    run_consumers("feed")
    return card


def age(card_id: str, days: float) -> None:
    """Have it be some days since an item was published."""
    item = FeedItem.objects.get(card__pk=card_id)
    changes.update(item, by=SYSTEM, published_at=item.published_at - timedelta(days=days))
    changes.update(Card.objects.get(pk=card_id), by=SYSTEM, download_count=1)
    run_consumers("feed")


def item_of(reader: Persona, card_id: str) -> Any:
    [item] = reader.api.get("feed", card=card_id).json()["results"]
    return item


def test_each_mode_has_its_order(alice: Persona, bob: Persona, carol: Persona) -> None:
    old = publish(alice, "Old and loved")
    age(old, days=2)
    publish(alice, "Fresh")
    month = publish(alice, "Ancient")
    age(month, days=40)
    bob.creates("posts", text="Hello")
    for fan in (alice, bob, carol):
        fan.api.put(f"cards/{old}/like")
    bob.api.put(f"cards/{month}/like")
    run_consumers("feed")

    assert shown(carol) == ["Hello", "Fresh", "Old and loved", "Ancient"]
    assert shown(carol, mode="new") == ["Hello", "Fresh", "Old and loved", "Ancient"]
    assert shown(carol, mode="top")[:2] == ["Old and loved", "Ancient"]
    assert shown(carol, mode="top", window="month") == ["Old and loved", "Hello", "Fresh"]
    assert shown(carol, mode="top", window="week")[0] == "Old and loved"
    assert shown(carol, mode="top", window="day") == ["Hello", "Fresh"]
    assert shown(carol, kind="post") == ["Hello"]


def test_the_feed_shows_only_what_everybody_sees(
    alice: Persona, bob: Persona, moderator: Persona, anonymous: Persona
) -> None:
    card = publish(alice, "Dragon")
    alice.creates("cards", title="Draft")
    publish(alice, "Unlisted", visibility="unlisted")
    post = bob.creates("posts", text="Hello")["id"]
    run_consumers("feed")
    assert shown(anonymous) == ["Hello", "Dragon"]

    # The rules hold at once, whether or not the items have been ranked anew.
    item = item_of(bob, card)["id"]
    alice.api.patch(f"cards/{card}", {"visibility": "private"})
    moderator.api.put(f"posts/{post}/hide")
    for ranked in (False, True):
        for reader in (anonymous, bob, moderator):
            sees_hidden = reader in (bob, moderator)
            assert shown(reader) == (["Hello"] if sees_hidden and not ranked else [])
            may_view = reader is moderator and not ranked
            assert reader.api.get(f"feed/{item}").status_code == (200 if may_view else 404)
        run_consumers("feed")

    moderator.api.delete(f"posts/{post}/hide")
    run_consumers("feed")
    assert shown(anonymous) == ["Hello"]


def test_no_edit_makes_an_item_younger(alice: Persona, bob: Persona) -> None:
    card = publish(alice, "Old")
    later = {"published_at": "2999-01-01T00:00:00Z"}
    assert alice.api.patch(f"cards/{card}", later).json()["errors"][0]["code"] == "unknown_field"
    age(card, days=3)
    since = item_of(bob, card)["published_at"]
    alice.api.post(f"cards/{card}/archive")
    run_consumers("feed")
    alice.api.post(f"cards/{card}/publish")
    alice.api.patch(f"cards/{card}", {"title": "New!"})
    alice.api.patch(f"cards/{card}", {"visibility": "private"})
    alice.api.patch(f"cards/{card}", {"visibility": "public"})
    run_consumers("feed")
    assert item_of(bob, card)["published_at"] == since
    assert shown(bob, window="day") == []


def test_what_is_deleted_and_published_again_is_as_old_as_before(
    alice: Persona, bob: Persona
) -> None:
    first = publish(alice, "Holo Dragon!", description="Mine")
    age(first, days=3)
    since = item_of(bob, first)["published_at"]
    alice.api.delete(f"cards/{first}")
    run_consumers("feed")
    assert shown(bob) == []
    again = publish(alice, "holo  dragon", description="mine.")
    assert item_of(bob, again)["published_at"] == since

    # Neither another order of the two, nor an edit that comes after, changes that.
    copy = publish(alice, "Holo dragon", description="Mine!")
    assert item_of(bob, copy)["published_at"] == since
    other = publish(alice, "Quite different")
    assert item_of(bob, other)["published_at"] > since
    alice.api.patch(f"cards/{other}", {"title": "HOLO DRAGON", "description": "mine"})
    run_consumers("feed")
    assert item_of(bob, other)["published_at"] == since
    early = publish(alice, "Foil")
    late = publish(alice, "Foil")
    age(early, days=2)
    earlier = item_of(bob, early)["published_at"]
    alice.api.delete(f"cards/{early}")
    run_consumers("feed")
    assert item_of(bob, late)["published_at"] == earlier

    # Somebody else's is new, and after a while the same is new again.
    assert item_of(bob, publish(bob, "Foil"))["published_at"] > earlier
    FeedItem.objects.filter(card=None).update(updated_at=timezone.now() - timedelta(days=91))
    assert forget_withdrawn() == 2


def test_bob_hides_what_he_has_read(alice: Persona, bob: Persona, anonymous: Persona) -> None:
    first, second = publish(alice, "First"), publish(alice, "Second")
    read = f"feed/{item_of(bob, first)['id']}/read"
    for _twice in range(2):
        assert bob.api.put(read).status_code == 200
    assert shown(bob, unread="true") == ["Second"]
    assert shown(bob) == ["Second", "First"]
    assert shown(alice, unread="true") == ["Second", "First"]
    items = bob.api.get("feed", fields="card,viewer").json()["results"]
    assert {item["card"]: item["viewer"]["read"] for item in items} == {first: True, second: False}
    assert len(bob.api.get("feed-reads").json()["results"]) == 1
    assert alice.api.get("feed-reads").json()["results"] == []
    assert bob.api.delete(read).status_code == 200
    assert shown(bob, unread="true") == ["Second", "First"]
    assert anonymous.api.put(read).status_code == 401
    assert anonymous.api.get("feed", unread="true").status_code == 401


def test_bob_reads_of_those_whom_he_follows(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona
) -> None:
    publish(alice, "Alice's")
    publish(carol, "Carol's")
    alice.creates("posts", text="Hello")
    post = carol.creates("posts", text="Liked")["id"]
    alice.api.put(f"posts/{post}/like")
    run_consumers("feed")
    assert shown(bob, mode="following") == []
    bob.api.put(f"users/{alice.id}/follow")
    assert shown(bob, mode="following") == ["Hello", "Alice's"]
    assert shown(bob, mode="following", kind="card", unread="true") == ["Alice's"]
    assert anonymous.api.get("feed", mode="following").status_code == 401
    assert shown(bob, mode="top")[0] == "Liked"

    # Whom he mutes or who blocks him is in no mode.
    bob.api.put(f"users/{carol.id}/mute")
    assert shown(bob, mode="new") == ["Hello", "Alice's"]
    alice.api.put(f"users/{bob.id}/block")
    assert shown(bob, mode="new") == []
    assert shown(bob, mode="following") == []
    assert shown(anonymous, mode="new") == ["Liked", "Hello", "Carol's", "Alice's"]


def test_what_bob_may_not_see_leaves_no_gap_in_what_he_follows(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    """Far more of the newest than a page holds are out of sight, and the pages are full."""
    for author, texts in ((carol, ("one", "two", "three")), (alice, "abcdefgh")):
        for text in texts:
            author.creates("posts", text=text)
        bob.api.put(f"users/{author.id}/follow")
    run_consumers("feed")
    bob.api.put(f"users/{alice.id}/mute")
    page = bob.api.get("feed", mode="following", limit="1", expand="post").json()
    seen = [item["expand"]["post"]["text"] for item in page["results"]]
    while page["next"]:
        page = bob.api.client.get(page["next"]).json()
        seen += [item["expand"]["post"]["text"] for item in page["results"]]
    assert seen == ["three", "two", "one"]
    back = bob.api.client.get(page["previous"]).json()["results"]
    assert [item["expand"]["post"]["text"] for item in back] == ["two"]


def test_a_key_tells_whom_alice_follows_only_if_it_reads_follows(alice: Persona) -> None:
    card = publish(alice, "Dragon")
    item = item_of(alice, card)["id"]
    for scopes, status in ((["feed:read"], 403), (["feed:read", "follows:read"], 200)):
        key = alice.creates("auth/api-keys", name="Bot", scopes=scopes)["secret"]
        assert Api(key).get("feed", mode="new").status_code == 200
        asked = {"mode": "following"}
        assert Api(key).get("feed", **asked).status_code == status
        assert Api(key).get("feed/explain", id=item, **asked).status_code == status


def test_the_explanation_shows_the_formula_and_what_goes_into_it(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    card = publish(alice, "Dragon")
    for fan in (bob, carol):
        fan.api.put(f"cards/{card}/like")
    item = item_of(bob, card)["id"]
    before = bob.api.get("feed/explain", id=item).json()
    assert (before["is_current"], before["inputs"]["points"]) == (False, 2)
    run_consumers("feed")
    told = bob.api.get("feed/explain", id=item, mode="hot", window="day").json()
    published = datetime.fromisoformat(told["inputs"]["published_at"])
    moment = (published - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert told["score"] == moment + round(45_000_000 * log10(1 + 2)) == item_of(bob, card)["hot"]
    assert told["is_listed"]
    assert told["is_current"]
    assert "log10" in told["formula"]
    age(card, days=8)
    told = bob.api.get("feed/explain", id=item, mode="top", window="week").json()
    assert (told["score"], told["is_listed"], told["formula"]) == (2, False, POINTS.words)
    alice.api.patch(f"cards/{card}", {"visibility": "private"})
    assert bob.api.get("feed/explain", id=item).status_code == 404
    assert bob.api.get("feed/explain", id="nope").status_code == 404
    assert bob.api.get("feed/explain").json()["errors"][0]["field"] == "id"


def test_the_guide_quotes_the_formulas() -> None:
    guide = (settings.BASE_DIR / "docs" / "community.md").read_text()
    assert [one.words for one in FORMULAS.values() if one.words not in guide] == []


def test_pages_and_parameters_are_those_of_any_list(alice: Persona, bob: Persona) -> None:
    for number in range(3):
        publish(alice, f"Card {number}")
    first = bob.api.get("feed", mode="new", limit="2")
    assert bob.api.client.get(first.json()["next"]).json()["next"] is None
    tag = first.headers["ETag"]
    again = bob.api.client.get("/api/v1/feed?mode=new&limit=2", headers={"If-None-Match": tag})
    assert again.status_code == 304
    for name, value in (("mode", "best"), ("window", "year"), ("unread", "yes")):
        refused = bob.api.get("feed", **{name: value}).json()
        assert refused["errors"][0]["field"] == name
        assert refused["errors"][0]["code"] == "unknown_choice"
    assert bob.api.get("feed", nope="1").status_code == 400


def test_what_was_there_before_the_feed_is_ranked_by_its_own_age(
    alice: Persona, bob: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")["id"]
    alice.creates("cards", title="Draft")
    post = alice.creates("posts", text="Hello")["id"]
    long_ago = timezone.now() - timedelta(days=5)
    changes.update(Card.objects.get(pk=card), by=SYSTEM, published_at=long_ago)
    changes.update(Post.objects.get(pk=post), by=SYSTEM, created_at=long_ago)
    assert (rank_missing(), rank_missing()) == (2, 0)
    assert shown(bob, window="week") == ["Hello", "Dragon"]
    assert shown(bob, window="day") == []

    # Windows close without a change of the card.
    aged = timezone.now() - timedelta(days=8)
    changes.update(FeedItem.objects.get(card=card), by=SYSTEM, published_at=aged)
    assert (move_windows(), move_windows()) == (1, 0)
    assert shown(bob, window="week") == ["Hello"]
