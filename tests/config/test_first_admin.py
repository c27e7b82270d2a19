"""The operator's first account: nobody knows its password but who reads it at the first start."""

from __future__ import annotations

import re
from io import StringIO

import pytest

from config.management.commands.serve import Command
from tests.client import Api
from users.models import User

SHOWN = re.compile(r"First admin: admin  password: (\S+)")


def started() -> str:
    """Start anew as far as the first admin goes; returns what is shown."""
    shown = StringIO()
    Command(stdout=shown, no_color=True)._create_first_admin()
    return shown.getvalue()


def sign_in(password: str) -> int:
    answer = Api().post("auth/token", {"identity": "admin", "password": password})
    return int(answer.status_code)


def test_an_empty_installation_has_no_account(db: None) -> None:
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["admin", "password", "holobase", "admin@example.com", ""])
def test_the_first_admin_has_no_password_that_others_could_know(db: None, password: str) -> None:
    found = SHOWN.match(started())
    assert found
    assert len(found[1]) >= 16
    assert sign_in(password) in (400, 401)
    assert sign_in(found[1]) == 200


def test_the_first_admins_password_is_shown_once_and_not_kept(db: None) -> None:
    found = SHOWN.match(started())
    assert found
    assert found[1] not in User.objects.get().password
    assert started() == ""
    assert User.objects.count() == 1
