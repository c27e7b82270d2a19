"""The admin: moderators moderate, operators operate, and everything is logged."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from PIL import Image

from cards.models import Card
from files.services import store_picture
from files.storage import set_up_storage
from resources import changes, registry
from resources.actors import SYSTEM
from resources.models import Change
from tests.cells import shared
from tests.client import Browser
from tests.contract.examples import example_row
from users.models import User

if TYPE_CHECKING:
    from tests.personas import Persona

OPERATOR = {"email": "o@example.com", "username": "operator", "password": "a correct horse 9"}


@pytest.fixture
def operator(db: None) -> Browser:
    User.objects.create_superuser(**OPERATOR)
    client = Browser()
    sent = {"username": "operator", "password": OPERATOR["password"]}
    assert client.post("/admin/login/?next=/admin/", sent).status_code == 302
    return client


@pytest.fixture
def moderating(moderator: Persona) -> Browser:
    assert moderator.user is not None
    client = Browser()
    client.force_login(moderator.user)
    return client


def test_every_resource_has_a_list_and_a_page(operator: Browser, alice: Persona) -> None:
    for resource in shared(registry.all_resources(), turn=0):
        row = example_row(resource, owner=alice)
        base = f"/admin/{row._meta.app_label}/{row._meta.model_name}"
        assert operator.get(f"{base}/").status_code == 200, resource
        assert operator.get(f"{base}/{row.pk}/change/").status_code == 200, resource
        assert admin.site.is_registered(type(row)), resource


def test_a_moderator_archives_and_deletes_cards_but_does_not_write_them(
    moderating: Browser, moderator: Persona, alice: Persona
) -> None:
    set_up_storage()
    picture = BytesIO()
    Image.new("RGB", (9, 9)).save(picture, "PNG")
    picture.seek(0)
    front = store_picture(by=alice.actor, upload=picture)
    card = alice.creates("cards", title="Dragon", status="published", front=str(front.pk))
    assert front.key in moderating.get("/admin/cards/card/").content.decode()
    page = f"/admin/cards/card/{card['id']}/change/"
    assert moderating.get(page).status_code == 200
    assert moderating.post(page, {"title": "Moderated"}).status_code == 403
    sent = {"action": "post_archive", "_selected_action": [card["id"]]}
    assert moderating.post("/admin/cards/card/", sent).status_code == 302
    change = Change.objects.filter(resource="cards").latest("id")
    assert change.after["status"] == "archived"
    assert str(change.actor_id) == moderator.id
    gone = moderating.post(f"/admin/cards/card/{card['id']}/delete/", {"post": "yes"})
    assert gone.status_code == 302
    assert not Card.objects.exists()


def test_many_can_be_deleted_at_once(moderating: Browser, alice: Persona) -> None:
    ids = [alice.creates("posts", text="x")["id"] for _ in range(2)]
    sent = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    assert moderating.post("/admin/community/post/", sent).status_code == 302
    assert Change.objects.filter(resource="posts", action="delete").count() == 2


def test_an_address_that_makes_no_sense_is_refused(
    moderating: Browser, operator: Browser, alice: Persona
) -> None:
    card = example_row(registry.resource_of(Card), owner=alice)
    for client in (moderating, operator):
        for path in (
            f"/admin/cards/card/{card.pk}/change/?_to_field=",
            f"/admin/cards/card/{card.pk}/delete/?_to_field=x",
            "/admin/autocomplete/?app_label=cards&model_name=card&field_name=x&term=a",
            "/admin/cards/card/?_to_field=x",
            "/admin/cards/card/?title__range=abc",
        ):
            assert client.get(path).status_code in (400, 403), path


def test_a_moderator_cannot_make_operators(moderating: Browser, alice: Persona) -> None:
    assert moderating.get(f"/admin/users/user/{alice.id}/change/").status_code == 200
    sent = {"username": "alice", "is_superuser": "on"}
    assert moderating.post(f"/admin/users/user/{alice.id}/change/", sent).status_code == 403


def test_a_member_cannot_enter(alice: Persona) -> None:
    assert alice.user is not None
    client = Browser()
    client.force_login(alice.user)
    assert client.get("/admin/cards/card/").status_code == 302
    changes.update(alice.user, by=SYSTEM, is_staff=True)
    assert client.get("/admin/cards/card/").status_code == 403


def test_an_operator_can_open_an_account_and_read_the_log(operator: Browser) -> None:
    sent = {"username": "dana", "email": "dana@example.com"}
    assert operator.post("/admin/users/user/add/", sent).status_code == 302
    assert not User.objects.get(username="dana").has_usable_password()
    change = Change.objects.latest("id")
    assert operator.get("/admin/resources/change/").status_code == 200
    assert operator.get(f"/admin/resources/change/{change.pk}/change/").status_code == 200
    assert operator.get("/admin/resources/change/add/").status_code == 403
