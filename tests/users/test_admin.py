"""Moderators and operators look after accounts in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api, Browser
from users.models import AccountEvent, Sanction, Session, User
from users.services.accounts import change_password

if TYPE_CHECKING:
    from tests.personas import Persona

SECRET, NEW = "a correct horse 9", "a better horse 10"


def in_admin(persona: Persona) -> Browser:
    client = Browser()
    assert persona.user is not None
    client.force_login(persona.user)
    return client


@pytest.fixture
def operator(admin: Persona) -> Browser:
    assert admin.user is not None
    changes.update(admin.user, by=SYSTEM, is_superuser=True)
    return in_admin(admin)


def test_a_moderator_can_silence_and_forgive_a_member(moderator: Persona, bob: Persona) -> None:
    browser = in_admin(moderator)
    sent = {"user": bob.id, "kind": "silence", "reason": "Spam."}
    assert browser.post("/admin/users/sanction/add/", sent).status_code == 302
    sanction = Sanction.objects.get()
    assert (str(sanction.imposed_by_id), sanction.is_in_force) == (moderator.id, True)
    assert bob.api.post("posts", {"text": "x"}).status_code == 403
    lift = {"action": "post_lift", "_selected_action": [str(sanction.pk)]}
    browser.post("/admin/users/sanction/", lift)
    browser.post("/admin/users/sanction/", lift)
    assert bob.api.post("posts", {"text": "x"}).status_code == 201
    page = f"/admin/users/sanction/{sanction.pk}/change/"
    assert browser.post(page, sent | {"reason": "Nothing."}).status_code == 403


def test_a_moderator_reads_what_happened_but_not_from_where(
    moderator: Persona, bob: Persona
) -> None:
    browser = in_admin(moderator)
    event = AccountEvent.objects.filter(user_id=bob.id).latest("created_at")
    changes.update(event, by=SYSTEM, address="203.0.113.7", device="Bob's phone")
    listed = browser.get("/admin/users/accountevent/").content.decode()
    shown = browser.get(f"/admin/users/accountevent/{event.pk}/change/").content.decode()
    assert "signed in" in listed
    assert "203.0.113.7" not in listed + shown
    assert "phone" not in listed + shown


@pytest.mark.parametrize("model", ["session", "apikey", "passkey", "identity", "consent", "export"])
def test_a_moderator_cannot_look_into_what_accounts_are_entered_by(
    moderator: Persona, operator: Browser, model: str
) -> None:
    assert in_admin(moderator).get(f"/admin/users/{model}/").status_code == 403
    assert operator.get(f"/admin/users/{model}/").status_code == 200
    assert operator.get(f"/admin/users/{model}/add/").status_code == 403


def test_an_operator_gives_roles_and_each_is_in_the_account_activity(
    operator: Browser, bob: Persona
) -> None:
    page = f"/admin/users/user/{bob.id}/change/"
    group = Group.objects.get(name="moderator")
    form = operator.get(page).context["adminform"].form
    sent = {name: value for name, value in form.initial.items() if value not in (None, "")}
    sent = {name: value for name, value in sent.items() if value is not False}
    assert operator.post(page, sent | {"groups": [group.pk]}).status_code == 302
    assert User.objects.get(pk=bob.id).is_staff
    assert operator.post(page, sent | {"groups": []}).status_code == 302
    assert not User.objects.get(pk=bob.id).is_staff
    events = AccountEvent.objects.filter(user_id=bob.id, kind__startswith="role")
    assert sorted(event.kind for event in events) == ["role_given", "role_taken"]


def test_a_member_is_found_by_name_or_by_a_whole_address(operator: Browser, bob: Persona) -> None:
    for term, is_found in (("bo", True), ("bob@example.com", True), ("bob@exam", False)):
        page = operator.get("/admin/users/user/", {"q": term}).content.decode()
        assert (f"/admin/users/user/{bob.id}/" in page) is is_found


def test_a_password_set_by_an_operator_ends_the_members_sessions(
    operator: Browser, bob: Persona
) -> None:
    sent = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    answer = operator.post(f"/admin/users/user/{bob.id}/password/", sent)
    assert answer.status_code == 302, answer.content
    assert bob.api.get("users/me").status_code == 401
    assert Api().post("auth/token", {"identity": "bob", "password": NEW}).status_code == 200
    assert LogEntry.objects.get(object_id=bob.id).user.username == "admin"


def test_a_moderators_own_new_password_ends_their_other_sessions(moderator: Persona) -> None:
    assert moderator.user is not None
    change_password(moderator.user, SECRET)
    browser = in_admin(moderator)
    sent = {"old_password": SECRET, "new_password1": NEW, "new_password2": NEW}
    assert browser.post("/admin/password_change/", sent).status_code == 302
    assert not Session.objects.filter(user_id=moderator.id, ended_at=None).exists()
    assert AccountEvent.objects.filter(kind="password_changed").count() == 2


def test_the_old_password_cannot_be_guessed_by_who_has_the_cookie(moderator: Persona) -> None:
    assert moderator.user is not None
    change_password(moderator.user, SECRET)
    browser = in_admin(moderator)
    wrong = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    for _number in range(5):
        assert browser.post("/admin/password_change/", wrong).status_code == 200
    browser.post("/admin/password_change/", wrong | {"old_password": SECRET})
    assert not User.objects.get(pk=moderator.id).check_password(NEW)


def test_a_member_whom_an_operator_deletes_has_days_of_grace(
    operator: Browser, bob: Persona
) -> None:
    page = f"/admin/users/user/{bob.id}/delete/"
    answer = operator.post(page, {"post": "yes"}, follow=True)
    member = User.objects.get(pk=bob.id)
    assert member.leaves_at is not None
    assert any("ban" in str(message) for message in answer.context["messages"])
    assert bob.api.get("users/me").status_code == 401
    in_bulk = {"action": "delete_selected", "_selected_action": [bob.id], "post": "yes"}
    assert operator.post("/admin/users/user/", in_bulk).status_code == 302
    assert User.objects.filter(pk=bob.id).exists()


@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_built_in_roles_can_be_neither_deleted_nor_renamed(operator: Browser, role: str) -> None:
    group, _is_new = Group.objects.get_or_create(name=role)
    base = f"/admin/auth/group/{group.pk}"
    assert operator.post(f"{base}/delete/", {"post": "yes"}).status_code == 403
    operator.post(f"{base}/change/", {"name": "other"})
    assert Group.objects.filter(name=role).exists()
    in_bulk = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
    operator.post("/admin/auth/group/", in_bulk)
    assert Group.objects.filter(name=role).exists()
