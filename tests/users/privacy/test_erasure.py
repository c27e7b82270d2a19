"""After the days of grace nothing personal is left in any table, column or stored file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session as AdminSession
from django.core.files.storage import default_storage
from django.utils import timezone

from cards.models import Card
from community.models import Comment, Post, ScreeningRule
from files.models import File
from resources import changes, erasure, registry
from resources.actors import ANONYMOUS, SYSTEM
from resources.models import Change
from resources.ownership import owned_rows
from tests.client import Api
from tests.users.privacy.findings import found_in_database, found_in_storage, stored_files
from tests.users.privacy.lives import (
    MARK,
    PASSWORD,
    PLACE,
    THE_COMMUNITYS,
    USERNAME,
    files_of,
)
from users.models import Sanction, User
from users.services import erasure as leaving
from users.services.erasure import erase_due_members, pseudonym
from users.services.exports import build_export, delete_exports

if TYPE_CHECKING:
    import pytest

    from resources.json_text import JsonObject
    from tests.personas import Persona
    from tests.users.privacy.lives import Life

A_MOMENT = timedelta(seconds=1)
RULE: JsonObject = {
    "name": "No giveaways",
    "condition": {"keywords": {"any_of": ["free gems"]}},
    "message": "Nothing is given away here.",
}


def leave(life: Life) -> None:
    """Have carol ask for her erasure, and let the days of grace pass."""
    answer = life.carol.api.delete("users/me")
    assert answer.status_code == 202, answer.content
    changes.update(life.user, by=SYSTEM, leaves_at=timezone.now() - A_MOMENT)


def things_of(persona: Persona) -> dict[object, object]:
    """Return all that belongs to somebody, but for counters and revisions."""
    assert persona.user is not None
    shown = ("created_at", "updated_at", "revision", "imposed_by_id")
    return {
        row.pk: {
            name: value
            for name, value in changes.logged_values(row).items()
            if name not in shown and not name.endswith("_count")
        }
        for _resource, rows in owned_rows(persona.user)
        for row in rows
    }


def test_carol_is_erased_but_for_what_everyone_may_read(life: Life, anonymous: Persona) -> None:
    expects_every_resource_to_be_filled(life.user)
    asked = life.carol.api.post("users/me/export")
    build_export(asked.json()["id"])
    assert found_in_database([MARK]), "the search finds what is there"
    assert any(name.startswith("exports/") for name in stored_files())
    sanction = {"kind": "silence", "reason": "shouting", "imposed_by": life.user}
    imposed = changes.create(Sanction, by=SYSTEM, user=life.bob.user, **sanction)
    written = changes.create(ScreeningRule, by=life.carol.actor, author=life.user, **RULE)
    bobs, files = things_of(life.bob), set(files_of(life.user))
    private = Card.objects.get(creator=life.carol.user, visibility="private")
    leave(life)
    assert erase_due_members() == 1

    expects_nothing_personal()
    assert not any(name.startswith("exports/") for name in stored_files())
    for text in life.public:
        assert found_in_database([text]), text
    expects_a_pseudonym(life.user)
    expects_nobody_to_be_shown(life, anonymous)
    expects_no_way_back(life)
    expects_shown_files_alone(life, files)
    assert things_of(life.bob) == bobs
    imposed.refresh_from_db()
    assert (imposed.reason, imposed.imposed_by) == ("shouting", None)
    assert Comment.objects.filter(text="bob's comment").exists()
    remix = Card.objects.get(creator=life.bob.user, remixed_from__isnull=False)
    assert remix.front is not None
    expects_the_rule_without_a_name(written)
    expects_the_log_to_say_no_more_than_that_it_was_there(private)


def expects_every_resource_to_be_filled(user: User) -> None:
    """Guard the rest: what is not there can't be left behind."""
    filled = {resource.name for resource, rows in owned_rows(user) if rows.exists()}
    declared = {r.name for r in registry.all_resources()}
    owned = {resource.name for resource, _rows in owned_rows(user)}
    assert filled == owned
    assert declared - owned == {"users", *THE_COMMUNITYS}


def expects_nothing_personal() -> None:
    assert found_in_database([MARK, PLACE]) == set()
    assert found_in_storage([MARK, PLACE]) == set()


def expects_a_pseudonym(user: User) -> None:
    """What stays is public."""
    kept = [(resource, row) for resource, rows in owned_rows(user) for row in rows]
    assert {resource.name for resource, _row in kept} >= {"cards", "posts", "comments", "templates"}
    for resource, row in kept:
        assert resource.view.permits(ANONYMOUS, row), f"{resource} {row.pk}"
    assert user.username == pseudonym(user)
    assert user.username.startswith("erased-")
    assert user.email == f"{user.username}@erased.invalid"
    assert (user.display_name, user.bio, user.avatar, user.locale) == ("", "", None, "en")
    assert (user.is_active, user.is_staff, user.is_superuser) == (False, False, False)
    assert not user.has_usable_password()
    assert user.leaves_at is None
    assert user.card_count == Card.objects.filter(creator=user, status="published").count()
    assert user.collection_count == user.collections.count()


def expects_nobody_to_be_shown(life: Life, anonymous: Persona) -> None:
    assert anonymous.api.get(f"users/{life.carol.id}").status_code == 404
    assert anonymous.api.get("users", search=USERNAME).json()["results"] == []
    card = Card.objects.get(creator=life.carol.user, title__startswith="open")
    shown = anonymous.api.get(f"cards/{card.pk}", expand="creator").json()
    assert (shown["creator"], shown["expand"]["creator"]) == (life.carol.id, None)
    assert shown["front"]["url"]


def expects_no_way_back(life: Life) -> None:
    assert not AdminSession.objects.exists()
    for identity in (USERNAME, life.user.username, life.user.email):
        answer = Api().post("auth/token", {"identity": identity, "password": PASSWORD})
        assert answer.json()["code"] == "wrong_credentials"
    assert life.carol.api.get("users/me").status_code == 401


def expects_shown_files_alone(life: Life, before: set[str]) -> None:
    left = File.objects.filter(key__in=before)
    assert {file.owner_id for file in left} == {None}
    assert {file.original_name for file in left} == {""}
    card = Card.objects.get(creator=life.carol.user, title__startswith="open")
    post = Post.objects.get(author=life.carol.user, text__startswith="open")
    assert len(post.images) == 2
    assert {str(file.pk) for file in left} == {str(card.front_id), *post.images}
    for key in before:
        assert default_storage.exists(key) is left.filter(key=key).exists()


def expects_the_rule_without_a_name(written: ScreeningRule) -> None:
    rule = ScreeningRule.objects.get(pk=written.pk)
    assert (rule.name, rule.message) == ("No giveaways", "Nothing is given away here.")
    assert (rule.condition, rule.author) == (written.condition, None)
    created = Change.objects.get(resource="screening-rules", record_id=rule.pk, action="create")
    assert created.after["name"] == rule.name


def expects_the_log_to_say_no_more_than_that_it_was_there(card: Card) -> None:
    told = Change.objects.filter(resource="cards", record_id=card.pk).order_by("id")
    assert [change.action for change in told] == ["create", "delete"]
    assert [(change.before, change.after) for change in told] == [({}, {}), ({}, {})]


def test_an_erasure_happens_wholly_or_not_at_all_and_is_finished_the_next_time(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(life)
    delete_exports(life.user)
    before = things_of(life.carol)
    with monkeypatch.context() as broken:
        broken.setattr(erasure, "forget_deleted_rows", _crash)
        assert erase_due_members() == 0
    assert things_of(life.carol) == before
    assert life.user.username == USERNAME
    with monkeypatch.context() as broken:
        broken.setattr(leaving, "delete_files_of", _crash)
        assert erase_due_members() == 0
    assert life.user.leaves_at is not None
    assert erase_due_members() == 1
    assert erase_due_members() == 0
    assert found_in_database([MARK, PLACE]) == set()
    assert files_of(life.user) == []


def test_one_erasure_that_fails_holds_up_no_other(
    alice: Persona, bob: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    for persona in (alice, bob):
        assert persona.user is not None
        user = User.objects.get(pk=persona.user.pk)
        changes.update(user, by=SYSTEM, leaves_at=timezone.now() - A_MOMENT)

    def fail_for_alice(user: User) -> None:
        if user.username == "alice":
            _crash()
        delete_exports(user)

    monkeypatch.setattr(leaving, "delete_exports", fail_for_alice)
    assert erase_due_members() == 1
    assert set(User.objects.values_list("is_active", flat=True)) == {True, False}


def _crash(*_given: object) -> None:
    raise OSError("pulled the plug")
