"""An edit of what somebody may not read tells them nothing, not even that there was one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from resources import changes, feed, registry
from resources.actors import SYSTEM
from templates_app.models import Template
from tests.resources.hearing import heard, told
from tests.resources.test_streaming import listed
from users.models import User, address

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from resources.models import Record
    from tests.personas import Persona

NO_SLOTS = {"type": "object", "properties": {}}


def edit(model: type[Record], key: str, **values: object) -> None:
    changes.update(model._default_manager.get(pk=key), by=SYSTEM, **values)


@pytest.fixture
def template(alice: Persona, moderator: Persona) -> Any:
    """Return alice's template, which is public."""
    made = alice.creates("templates", title="Dragon frame", slots=NO_SLOTS)
    alice.api.post(f"templates/{made['id']}/submit")
    return moderator.api.post(f"templates/{made['id']}/approve").json()


@pytest.mark.parametrize(
    "hidden",
    [
        address("new@example.com"),
        {"locale": "ko"},
        {"is_verified": False},
        {"password": "!another"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_strangers_do_not_hear_of_a_members_private_columns(
    alice: Persona, bob: Persona, anonymous: Persona, hidden: dict[str, object]
) -> None:
    start = feed.head()
    edit(User, alice.id, **hidden)
    assert heard(bob, "users", start) == []
    assert heard(anonymous, "users", start) == []


@pytest.mark.parametrize("hidden", [address("new@example.com"), {"is_verified": False}])
def test_the_member_and_moderators_hear_of_what_they_may_read(
    alice: Persona, moderator: Persona, hidden: dict[str, object]
) -> None:
    start = feed.head()
    edit(User, alice.id, **hidden)
    shown = {name: value for name, value in hidden.items() if name in ("email", "is_verified")}
    for persona in (alice, moderator):
        (event,) = heard(persona, "users", start)
        assert told([event]) == [("update", alice.id)]
        document = orjson.loads(event.document)
        assert {name: document[name] for name in shown} == shown


def test_everyone_hears_of_a_members_public_columns_and_gets_nothing_hidden_along(
    alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    start = feed.head()
    edit(User, alice.id, locale="ko", bio="Dragons.", **address("new@example.com"))
    for persona in (bob, anonymous):
        (event,) = heard(persona, "users", start)
        document = orjson.loads(event.document)
        assert (document["bio"], document["email"], document["locale"]) == ("Dragons.", None, None)


def test_an_authors_pending_edits_are_heard_by_the_author_and_moderators_alone(
    template: JsonObject, alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona
) -> None:
    resource = registry.resource_of(Template)
    before = [(persona, listed(persona, resource)) for persona in (bob, anonymous)]
    start = feed.head()
    answer = alice.api.patch(f"templates/{template['id']}", {"title": "Wider frame"})
    assert answer.json()["pending"] == {"title": "Wider frame"}
    edit(Template, template["id"], moderator_note="Not that wide.")
    for persona in (alice, moderator):
        (event,) = heard(persona, "templates", start)
        assert orjson.loads(event.document)["moderator_note"] == "Not that wide."
    for persona, state in before:
        assert heard(persona, "templates", start) == []
        assert listed(persona, resource) == state, "updated_at stays, too"
    alice.api.post(f"templates/{template['id']}/submit")
    moderator.api.post(f"templates/{template['id']}/approve")
    for persona, state in before:
        (event,) = heard(persona, "templates", start)
        assert orjson.loads(event.document) == listed(persona, resource)[template["id"]]
        assert listed(persona, resource) != state


def test_a_hidden_edit_still_outdates_what_its_author_read(
    template: JsonObject, alice: Persona
) -> None:
    path = f"templates/{template['id']}"
    tag = alice.api.get(path).headers["ETag"]
    alice.api.patch(path, {"title": "Wider frame"})
    answer = alice.api.patch(path, {"title": "Wide frame"}, If_Match=tag)
    assert answer.status_code == 412


def test_who_chose_fields_hears_of_edits_of_these(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    start = feed.head()
    alice.api.patch(f"cards/{card['id']}", {"description": "Red."})
    assert heard(bob, "cards", start, "fields=id,title") == []
    assert len(heard(bob, "cards", start, "fields=id,description:excerpt(2)")) == 1
    assert len(heard(bob, "cards", start, "fields=id,title&filter=description!=title")) == 1


def test_who_fetched_between_an_edit_and_its_taking_back_hears_of_it(
    template: JsonObject, alice: Persona, bob: Persona
) -> None:
    """Before and after look the same, but what was fetched in between does not."""
    start = feed.head()
    for title in ("Wider frame", template["title"]):
        alice.api.patch(f"templates/{template['id']}", {"title": title})
    assert told(heard(alice, "templates", start)) == [("update", template["id"])]
    assert heard(bob, "templates", start) == []


def test_who_asked_what_they_did_themselves_hears_of_it(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    start = feed.head()
    bob.api.put(f"cards/{card['id']}/like")
    (event,) = heard(bob, "cards", start, "fields=id,viewer.liked")
    assert orjson.loads(event.document)["viewer"] == {"liked": True}
    assert heard(bob, "cards", start, "fields=id") == []
