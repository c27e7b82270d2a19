"""Corners of the engine that no use case happens to touch."""

from __future__ import annotations

from contextvars import Context
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf

from cards.models import Card, CardLike, CardVersion
from collections_app.models import Collection, CollectionCollaborator, CollectionItem
from collections_app.positions import position_between
from community.models import Comment, Post
from files.models import File
from resources import changes, context, registry
from resources.actors import ANONYMOUS, SYSTEM, anonymous
from resources.constraints import broken_constraint
from resources.documents.member_schemas import schema_error
from resources.errors import as_problem
from resources.http.throttles import read_rate
from resources.models import Change, KeptAnswer, SearchEntry
from resources.rules import NOBODY, own, where
from resources.writing.candidate_row import candidate_row
from templates_app.models import Review, Template, TemplateVersion
from users.models import User

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (drf.NotAuthenticated(), 401),
        (drf.MethodNotAllowed("PUT"), 405),
        (drf.ValidationError({"items": [{"name": ["bad"]}]}), 400),
        (IntegrityError("something"), 400),
        (OperationalError("server closed the connection"), 503),
        (RequestDataTooBig(), 413),
        (SuspiciousOperation(), 400),
        (Http404(), 404),
        (PermissionDenied(), 403),
    ],
)
def test_every_expected_error_has_a_problem(error: Exception, status: int) -> None:
    problem = as_problem(error)
    assert problem is not None
    assert problem.status == status


def test_an_unexpected_error_has_none() -> None:
    assert as_problem(RuntimeError()) is None


class DiagnosedError(Exception):
    """What PostgreSQL's driver says of a broken constraint."""

    diag = SimpleNamespace(
        constraint_name="unknown",
        table_name="users_user",
        message_detail="Key (email)=(x) already exists.",
    )


def test_a_constraint_is_found_by_what_either_database_says(db: None) -> None:
    said = IntegrityError("UNIQUE constraint failed: users_user.email")
    assert broken_constraint(said).fields == ("email",)
    said = IntegrityError("CHECK constraint failed: review_stars_in_range")
    assert broken_constraint(said).message == "Stars go from 1 to 5."
    named = IntegrityError()
    named.__cause__ = DiagnosedError()
    assert broken_constraint(named).fields == ("email",)


def test_a_proposal_looks_like_the_row_it_would_be(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    items = registry.resource_of(CollectionItem)
    row = candidate_row(items, {"card_id": card["id"], "section": "a"})
    assert (row.card.title, row.section, row.note) == ("Dragon", "a", "")  # type: ignore[attr-defined]  # a stand-in has its model's columns
    with pytest.raises(AttributeError):
        _unused = row.colour  # type: ignore[attr-defined]  # and no others


def test_rows_and_rules_can_be_printed() -> None:
    alice, card, template = User(username="alice"), Card(title="x"), Template(title="x")
    collection = Collection(title="x")
    for row in (
        card,
        CardVersion(card=card, number=1),
        CardLike(user=alice, card=card),
        template,
        TemplateVersion(template=template, number=1),
        Review(template=template, stars=1),
        collection,
        CollectionItem(card=card, collection=collection),
        CollectionCollaborator(user=alice, collection=collection),
        Post(text="x"),
        Comment(text="x"),
        File(key="x"),
        Change(resource="cards", action="create"),
        SearchEntry(resource="cards"),
        KeptAnswer(key="x"),
    ):
        assert str(row)
    rule = ~(where(status="draft", published_at__isnull=True) & own("creator"))
    assert rule.words() == (
        "not (status = draft and published_at is empty and the creator themself)"
    )
    assert NOBODY.words() == "nobody"
    assert anonymous() is ANONYMOUS
    assert (ANONYMOUS.pk, ANONYMOUS.is_authenticated) == (None, False)


def test_the_door_can_write_nothing_and_many(db: None) -> None:
    assert changes.create_many([], by=SYSTEM) == []


def test_what_is_no_schema_is_explained() -> None:
    assert schema_error({"type": "nothing"})
    assert schema_error({"type": "object"}) is None


def test_rates_are_read_or_refused() -> None:
    assert read_rate("off") is None
    with pytest.raises(ValueError, match="is no rate"):
        read_rate("often")


def test_positions_lie_between_their_neighbours() -> None:
    low, high = position_between("", ""), ""
    for _step in range(60):
        high = position_between(low, high)
        assert low < high
        middle = position_between(low, high)
        assert low < middle < high
        low = middle
    with pytest.raises(ValueError, match="is not before"):
        position_between("b", "a")


def test_outside_requests_there_is_no_request() -> None:
    assert Context().run(context.request_id) == ""
    assert Context().run(context.current) is None


def test_members_can_arrange_a_collection_together(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    binder = alice.creates("collections", title="Binder", visibility="private")
    cards = [alice.creates("cards", title=name, status="published")["id"] for name in "abc"]
    items: list[Any] = [
        alice.creates("collection-items", collection=binder["id"], card=card) for card in cards
    ]
    assert bob.api.get(f"collections/{binder['id']}").status_code == 404
    alice.creates("collection-collaborators", collection=binder["id"], user=bob.id)
    path = f"collection-items/{items[2]['id']}/move"
    assert bob.api.post(path, {"after": items[0]["id"]}).status_code == 200
    assert bob.api.post(path, {"after": bob.id}).status_code == 400
    assert (
        bob.api.post(f"collection-items/{items[1]['id']}/move", {"after": None}).status_code == 200
    )
    listed = bob.api.get("collection-items", collection=binder["id"], sort="position").json()
    order = [item["id"] for item in listed["results"]]
    assert order == [items[1]["id"], items[0]["id"], items[2]["id"]]
    assert carol.api.get("collection-items", collection=binder["id"]).json()["results"] == []
    bob.api.delete(f"collection-items/{items[0]['id']}")
    assert alice.api.get(f"collections/{binder['id']}").json()["item_count"] == 2
    assert alice.api.delete(f"collections/{binder['id']}").status_code == 204


def test_members_can_talk_and_moderators_can_hide(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    post, other = (alice.creates("posts", text=text) for text in ("Look", "Other"))
    comment = bob.creates("comments", post=post["id"], text="Nice")
    reply = alice.creates("comments", post=post["id"], parent=comment["id"], text="Thanks")
    assert reply["depth"] == 1
    wrong = bob.api.post(
        "comments", {"post": other["id"], "parent": comment["id"], "text": "Where?"}
    )
    assert wrong.json()["errors"][0]["field"] == "parent"
    bob.api.delete(f"comments/{comment['id']}")
    assert alice.api.get(f"posts/{post['id']}").json()["comment_count"] == 1
    assert moderator.api.put(f"posts/{post['id']}/hide").json()["is_hidden"] is True
    assert bob.api.get(f"posts/{post['id']}").status_code == 404
    assert moderator.api.delete(f"posts/{post['id']}/hide").json()["is_hidden"] is False
