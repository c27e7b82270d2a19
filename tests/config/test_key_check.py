"""A host whose secrets are not those of the database says so instead of starting."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from config.key_check import require_fitting_keys
from config.models import KeyCheck
from resources import sealing
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings


@contextmanager
def other_sealing_keys(settings: Settings, *keys: str) -> Iterator[None]:
    """Be a host with these keys for a while."""
    ours = settings.SEALING_KEYS
    settings.SEALING_KEYS = lambda: list(keys)
    sealing.forget_keys()
    yield
    settings.SEALING_KEYS = ours
    sealing.forget_keys()


def refusal() -> str:
    with pytest.raises(CommandError) as refused:
        require_fitting_keys()
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_the_same_keys_fit_however_often_a_host_starts(db: None) -> None:
    for _start in range(3):
        require_fitting_keys()
    assert KeyCheck.objects.count() == 1


@pytest.mark.parametrize("name", ["BLIND_INDEX_KEY", "SECRET_KEY"])
def test_another_key_is_refused_by_its_name(db: None, settings: Settings, name: str) -> None:
    require_fitting_keys()
    setattr(settings, name, "another secret of quite another host")
    assert f"database: {name}. " in refusal()


def test_other_sealing_keys_are_refused_and_an_older_one_in_the_list_fits(
    db: None, settings: Settings
) -> None:
    require_fitting_keys()
    ours = settings.SEALING_KEYS()
    with other_sealing_keys(settings, "another"):
        assert "database: SEALING_KEYS. " in refusal()
    with other_sealing_keys(settings, "another", *ours):
        require_fitting_keys()


def test_an_installation_from_before_the_check_is_known_by_what_it_holds(
    db: None, settings: Settings
) -> None:
    new_member("alice")
    assert not KeyCheck.objects.exists()
    with other_sealing_keys(settings, "another"):
        assert "SEALING_KEYS" in refusal()
    assert not KeyCheck.objects.exists()


def test_a_secret_key_can_be_changed_on_purpose(db: None, settings: Settings) -> None:
    require_fitting_keys()
    settings.SECRET_KEY = "another secret of quite another host"
    refusal()
    call_command("rotate_keys", "--secret-key")
    require_fitting_keys()
