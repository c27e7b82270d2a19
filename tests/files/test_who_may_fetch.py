"""Whoever may see a record that shows a file may fetch it, and nobody else."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from community.models import Post
from files.models import File
from files.services import store_picture
from resources import changes
from resources.actors import SYSTEM
from tests.client import Browser
from tests.files.drawings import drawn
from tests.personas import Persona
from tests.templates_app.designs import template_in

if TYPE_CHECKING:
    from resources.json_text import JsonObject

NOBODYS_KEY = f"pictures/{'A' * 43}-{'0' * 12}.png"


def picture_of(member: Persona) -> File:
    return store_picture(by=member.actor, upload=BytesIO(drawn("PNG")))


def fetch(file: File, by: Persona, **headers: str) -> Any:
    """Fetch a file by its plain address, as the bearer of a token."""
    signed_in = {"Authorization": by.authorization} if by.token else {}
    response: Any = Browser().get(f"/files/{file.key}", headers={**signed_in, **headers})
    b"".join(response)
    return response


def may_fetch(file: File, *people: Persona) -> list[bool]:
    statuses = [fetch(file, person).status_code for person in people]
    assert set(statuses) <= {200, 404}
    return [status == 200 for status in statuses]


@pytest.fixture
def front(alice: Persona) -> File:
    return picture_of(alice)


@pytest.fixture
def card(alice: Persona, front: File) -> JsonObject:
    made: JsonObject = alice.creates("cards", title="Dragon", front=str(front.pk))
    return made


@pytest.fixture
def everyone(
    anonymous: Persona, alice: Persona, bob: Persona, moderator: Persona, admin: Persona
) -> tuple[Persona, ...]:
    return anonymous, alice, bob, moderator, admin


def test_the_picture_of_a_draft_is_its_creators_and_moderators(
    card: JsonObject, front: File, everyone: tuple[Persona, ...]
) -> None:
    assert may_fetch(front, *everyone) == [False, True, False, True, True]


def test_a_picture_is_public_exactly_while_its_card_is(
    card: JsonObject, front: File, alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    alice.api.patch(f"cards/{card['id']}", {"status": "published", "visibility": "unlisted"})
    assert may_fetch(front, anonymous, bob) == [True, True]
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    assert may_fetch(front, anonymous, bob, alice) == [False, False, True]
    alice.api.patch(f"cards/{card['id']}", {"visibility": "public"})
    alice.api.post(f"cards/{card['id']}/archive")
    assert may_fetch(front, anonymous, bob, alice) == [False, False, True]


def test_a_picture_that_two_cards_show_is_seen_with_either(
    card: JsonObject, front: File, alice: Persona, anonymous: Persona
) -> None:
    other = alice.creates("cards", title="Moth", back=str(front.pk), status="published")
    assert may_fetch(front, anonymous) == [True]
    alice.api.patch(f"cards/{other['id']}", {"status": "archived"})
    assert may_fetch(front, anonymous) == [False]


def test_what_a_card_has_shown_is_seen_with_its_versions(
    card: JsonObject, front: File, alice: Persona, anonymous: Persona
) -> None:
    alice.api.patch(f"cards/{card['id']}", {"status": "published"})
    alice.api.patch(f"cards/{card['id']}", {"front": None})
    assert may_fetch(front, anonymous) == [True]
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    assert may_fetch(front, anonymous, alice) == [False, True]


def test_a_preview_that_waits_for_approval_is_its_authors_and_moderators(
    alice: Persona, moderator: Persona, everyone: tuple[Persona, ...]
) -> None:
    shown = picture_of(alice)
    template = template_in("approved", alice, moderator, preview=str(shown.pk))
    pending = picture_of(alice)
    edited = alice.api.patch(f"templates/{template['id']}", {"preview": str(pending.pk)}).json()
    assert edited["pending_preview"]["id"] == str(pending.pk)
    assert may_fetch(shown, *everyone) == [True] * 5
    assert may_fetch(pending, *everyone) == [False, True, False, True, True]


def test_a_file_that_no_record_shows_is_its_owners_alone(
    front: File, everyone: tuple[Persona, ...]
) -> None:
    assert may_fetch(front, *everyone) == [False, True, False, False, False]


def test_a_key_fetches_what_it_may_read(card: JsonObject, front: File, alice: Persona) -> None:
    unused = picture_of(alice)
    allowed = {
        "cards:read": (True, False),
        "card-versions:read": (False, False),
        "cards:write": (False, False),
        "*:read": (True, True),
    }
    for scope, expected in allowed.items():
        secret = alice.creates("auth/api-keys", name="Bot", scopes=[scope])["secret"]
        key = Persona(alice.user, alice.api, secret)
        assert tuple(may_fetch(file, key)[0] for file in (front, unused)) == expected, scope


def test_what_may_not_be_seen_is_answered_like_what_is_not_there(
    card: JsonObject, front: File, bob: Persona
) -> None:
    answers = [fetch(file, bob) for file in (front, File(key=NOBODYS_KEY))]
    hidden, missing = (answer.json() | {"request_id": ""} for answer in answers)
    assert hidden == missing
    for answer in answers:
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
        assert "Authorization" in answer["Vary"]


def test_a_bad_token_is_told_so_where_it_matters(
    card: JsonObject, front: File, alice: Persona
) -> None:
    stranger = Persona(None, alice.api, "nonsense")
    assert fetch(front, stranger).status_code == 401
    alice.api.patch(f"cards/{card['id']}", {"status": "published"})
    assert fetch(front, stranger).status_code == 200


def test_answers_say_who_may_keep_them(card: JsonObject, front: File, alice: Persona) -> None:
    mine = fetch(front, alice)
    assert (mine["Cache-Control"], mine["Vary"]) == ("private, no-cache", "Authorization")
    assert "Surrogate-Key" not in mine
    assert fetch(front, alice, **{"If-None-Match": mine["ETag"]}).status_code == 304
    alice.api.patch(f"cards/{card['id']}", {"status": "published"})
    public = fetch(front, Persona(None, alice.api))
    assert public["Cache-Control"] == "public, max-age=31536000, s-maxage=60, immutable"
    assert public["Surrogate-Key"] == public["Cache-Tag"] == front.key[9:-4]
    assert "Vary" not in public
    assert public["Access-Control-Allow-Origin"] == "*"
    assert public["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_pictures_of_a_posts_album_are_seen_with_the_post(
    alice: Persona, everyone: tuple[Persona, ...]
) -> None:
    pictures = [picture_of(alice) for _number in range(3)]
    ids = [str(picture.pk) for picture in pictures]
    post = alice.creates("posts", text="Look", images=ids[:2])
    assert [may_fetch(each, everyone[0])[0] for each in pictures] == [True, True, False]
    alice.api.patch(f"posts/{post['id']}", {"images": ids[1:]})
    assert [may_fetch(each, everyone[0])[0] for each in pictures] == [False, True, True]
    changes.update(Post.objects.get(), by=SYSTEM, is_hidden=True)
    assert may_fetch(pictures[2], *everyone) == [False, True, False, True, True]
    shown = alice.api.get(f"posts/{post['id']}").json()["images"]
    assert all("&signature=" in image["url"] for image in shown)
