"""The menu of the admin holds what its reader may see now, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group

from resources import changes
from resources.actors import SYSTEM
from tests.admin.desks import at_desk, list_of
from users.models import User
from users.services.roles import take_role
from webhooks.models import Webhook

if TYPE_CHECKING:
    from tests.client import Browser
    from tests.personas import Persona


def menu_of(desk: Browser, language: str = "en") -> dict[str, str]:
    """Return what the menu leads to, by its address."""
    page = desk.get("/admin/", headers={"accept-language": language})
    groups = page.context["sidebar_navigation"]
    return {item["link"]: str(item["title"]) for group in groups for item in group["items"]}


def test_an_entry_goes_with_the_role_that_opened_it(admin: Persona) -> None:
    desk = at_desk(admin)
    assert menu_of(desk)[list_of(Webhook)] == "Webhooks"
    assert menu_of(desk, "ko")[list_of(Webhook)] == "웹훅"
    assert admin.user is not None
    take_role(admin.user, role="admin", by=SYSTEM)
    assert list_of(Webhook) not in menu_of(desk)
    assert list_of(User) in menu_of(desk)


def test_an_entry_comes_with_the_right_that_opens_it(admin: Persona) -> None:
    desk = at_desk(admin)
    assert list_of(Group) not in menu_of(desk)
    assert admin.user is not None
    changes.update(admin.user, by=SYSTEM, is_superuser=True)
    assert list_of(Group) in menu_of(desk)
