"""What the admin refuses is said at its field or in a message, never by an error page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from cards.models import Card
from resources import changes
from templates_app.models import Template
from tests.admin.desks import at_desk, errors_in, list_of, messages_in, page_of
from users.models import Sanction

if TYPE_CHECKING:
    from tests.client import Response
    from tests.personas import Persona

POST = {"text": "Hello", "tags": "[]"}


@pytest.mark.parametrize("tags", ["{", '"fire"', '["fire!"]', "[1]", '{"a": 1}', "[[]]"])
def test_malformed_tags_are_an_error_at_their_field(moderator: Persona, tags: str) -> None:
    answer = at_desk(moderator).post("/admin/community/post/add/", POST | {"tags": tags})
    assert answer.status_code == 200
    assert set(errors_in(answer)) == {"tags"}


@pytest.mark.parametrize("tags", ["", "null", "[]"])
def test_empty_tags_are_no_tags(moderator: Persona, tags: str) -> None:
    answer = at_desk(moderator).post("/admin/community/post/add/", POST | {"tags": tags})
    assert answer.status_code == 302
    [post] = moderator.api.get("posts").json()["results"]
    assert (post["tags"], post["author"]) == ([], moderator.id)


@pytest.mark.parametrize("effects", ["{", "[]", '"holo"', '{"preset": "nope"}', '{"glare": 9}'])
@pytest.mark.parametrize("name", ["slots", "default_effects"])
def test_malformed_documents_are_errors_at_their_field(
    moderator: Persona, name: str, effects: str
) -> None:
    sent = {
        "title": "Full Art",
        "category": "other",
        "slots": '{"type": "object", "properties": {}}',
        "default_effects": "{}",
        name: effects,
    }
    answer = at_desk(moderator).post(f"{list_of(Template)}add/", sent)
    assert answer.status_code == 200
    assert set(errors_in(answer)) == {name}
    assert not Template.objects.exists()


def imposes(moderator: Persona, **values: object) -> Response:
    sent = {"kind": "silence", "reason": "Spam.", "expires_at_0": "", "expires_at_1": "", **values}
    return at_desk(moderator).post("/admin/users/sanction/add/", sent)


def test_a_sanction_that_has_ended_already_is_refused(moderator: Persona, bob: Persona) -> None:
    past = timezone.now() - timedelta(days=1)
    ends = {"expires_at_0": f"{past:%Y-%m-%d}", "expires_at_1": f"{past:%H:%M:%S}"}
    answer = imposes(moderator, user=bob.id, **ends)
    assert (answer.status_code, set(errors_in(answer))) == (200, {"expires_at"})
    suspended = imposes(moderator, user=bob.id, kind="suspend")
    assert suspended.status_code == 200
    assert errors_in(suspended)
    assert not Sanction.objects.exists()


def test_moderators_cannot_sanction_each_other_or_themselves(
    moderator: Persona, admin: Persona
) -> None:
    for target in (moderator, admin):
        answer = imposes(moderator, user=target.id)
        assert (answer.status_code, bool(errors_in(answer))) == (200, True)
    assert not Sanction.objects.exists()


@pytest.mark.parametrize("chosen", ["nonsense", "", "'", "00000000-0000-0000-0000-000000000000"])
def test_a_bad_id_in_an_action_is_a_message(moderator: Persona, chosen: str) -> None:
    desk = at_desk(moderator)
    for action in ("post_archive", "delete_selected", "nonsense"):
        sent = {"action": action, "_selected_action": chosen, "post": "yes"}
        answer = desk.post("/admin/cards/card/", sent, follow=True)
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "query", ["", "app_label=x", "app_label=cards&model_name=card&field_name=nope", "term=%00"]
)
def test_a_bad_autocomplete_is_a_client_error(moderator: Persona, query: str) -> None:
    assert at_desk(moderator).get(f"/admin/autocomplete/?{query}").status_code in (403, 404)


@pytest.mark.parametrize("page", ["change", "delete", "history"])
@pytest.mark.parametrize("key", ["nonsense", "0", "%00", "00000000-0000-0000-0000-000000000000"])
def test_a_record_that_is_not_there_is_told_in_the_theme(
    moderator: Persona, key: str, page: str
) -> None:
    answer = at_desk(moderator).get(f"/admin/cards/card/{key}/{page}/", follow=True)
    assert answer.status_code in (200, 404)
    assert answer["Content-Type"].startswith("text/html")


def test_a_refused_bulk_action_changes_nothing(alice: Persona, moderator: Persona) -> None:
    drafts = [
        alice.creates("templates", title=title, slots={"type": "object", "properties": {}})
        for title in ("One", "Two")
    ]
    alice.api.post(f"templates/{drafts[0]['id']}/submit")
    sent = {"action": "post_approve", "_selected_action": [draft["id"] for draft in drafts]}
    answer = at_desk(moderator).post(list_of(Template), sent, follow=True)
    assert any("draft" in message for message in messages_in(answer))
    assert not Template.objects.filter(state="approved").exists()


def test_an_action_that_takes_words_asks_for_them(alice: Persona, moderator: Persona) -> None:
    slots = {"type": "object", "properties": {}}
    template = alice.creates("templates", title="Full Art", slots=slots)
    alice.api.post(f"templates/{template['id']}/submit")
    desk = at_desk(moderator)
    sent = {"action": "post_request_changes", "_selected_action": [template["id"]]}
    asked = desk.post(list_of(Template), sent)
    assert 'name="note"' in asked.content.decode()
    desk.post(list_of(Template), sent | {"confirmed": "yes", "note": "Wider."})
    told = alice.api.get(f"templates/{template['id']}").json()
    assert (told["state"], told["moderator_note"]) == ("changes_requested", "Wider.")


def test_a_page_that_is_not_there_looks_like_the_admin(
    moderator: Persona, anonymous: Persona
) -> None:
    desk = at_desk(moderator)
    for path in ("/admin/nothing", "/admin/cards/nothing/"):
        missing = desk.get(path)
        assert (missing.status_code, b"Holobase" in missing.content) == (404, True)
    forbidden = desk.get("/admin/users/apikey/")
    assert (forbidden.status_code, forbidden["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert anonymous.api.client.get("/nothing")["Content-Type"] == "application/problem+json"


def test_the_admin_is_found_without_its_slash(moderator: Persona) -> None:
    assert at_desk(moderator).get("/admin").headers["Location"] == "/admin/"


def test_history_tells_what_happened_by_name(alice: Persona, moderator: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    alice.api.patch(f"cards/{card['id']}", {"title": "Wyvern"})
    changes.update(Card.objects.get(), by=moderator.actor, is_hidden=True)
    from_card = at_desk(moderator).get(f"/admin/cards/card/{card['id']}/history/")
    text = from_card.content.decode()
    assert "“Dragon” → “Wyvern”" in text
    assert "no → yes" in text
    assert "alice" in text


@pytest.mark.parametrize("term", ["Wyvern", "wyv", "alice", "id"])
def test_changes_are_found_by_name_record_and_actor(
    alice: Persona, moderator: Persona, term: str
) -> None:
    card = alice.creates("cards", title="Wyvern", status="published")
    alice.api.post(f"cards/{card['id']}/archive")
    alice.api.delete(f"cards/{card['id']}")
    sought = card["id"] if term == "id" else term
    found = at_desk(moderator).get("/admin/resources/change/", {"q": sought})
    acts = [change.action for change in found.context["cl"].result_list]
    assert {"create", "update", "delete"} <= set(acts)


def test_moderators_see_no_addresses_keys_or_sessions_in_the_log(
    alice: Persona, moderator: Persona
) -> None:
    desk = at_desk(moderator)
    alice.api.patch("users/me", {"display_name": "Al"})
    listed = desk.get("/admin/resources/change/").content.decode()
    assert "auth/sessions" not in listed
    page = page_of(alice.user)
    for text in (desk.get("/admin/users/user/").content, desk.get(page).content):
        assert b"alice@example.com" not in text
        assert b"a***@e***.com" in text
    by_address = desk.get("/admin/users/user/", {"q": "alice@example.com"})
    assert list(by_address.context["cl"].result_list) == []
