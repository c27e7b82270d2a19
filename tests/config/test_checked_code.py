"""The same code is checked once; other code, another database or a wrong declaration, each time."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.core.checks import registry
from django.core.checks.model_checks import check_all_models
from django.core.checks.templates import check_templates
from django.core.checks.urls import check_url_config
from django.core.management.base import SystemCheckError
from django.db import connection

from cards.models import Card
from config.checked_code import fingerprint, is_checked, leave_out_checks
from config.management.commands.serve import Command
from resources import registry as declarations
from resources.checks import check_declarations
from resources.declaration import Resource
from resources.rules import where

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings


class UncompiledCard(Resource):
    """Cards by a column that there is none of."""

    fields = ("id", "title")
    view = where(colour="red")


@pytest.fixture(autouse=True)
def _only_declarations(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    """Have a start in an empty folder check declarations alone."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(registry.registry, "registered_checks", {check_declarations})


def declare_badly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "all_resources", lambda: [UncompiledCard(Card)])


def test_a_contributor_is_told_at_every_start_of_a_wrong_declaration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declare_badly(monkeypatch)
    for _start in range(2):
        with pytest.raises(SystemCheckError, match="UncompiledCard"):
            Command().check()
    assert not is_checked()


def test_an_operator_waits_for_the_checks_of_a_release_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Command().check()
    assert is_checked()
    declare_badly(monkeypatch)  # which stands for work: no code has changed
    Command().check()
    assert registry.registry.registered_checks == set()


def test_settings_are_checked_at_every_start_and_code_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checks = {check_all_models, check_url_config, check_templates, check_declarations}
    monkeypatch.setattr(registry.registry, "registered_checks", checks)
    leave_out_checks()
    assert [check.__name__ for check in checks] == ["check_templates"]


def test_whatever_a_contributor_changes_is_checked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "newcomers"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    Command().check()
    import_module("newcomers")
    assert not is_checked()

    Command().check()
    (package / "resources.py").write_text("view = ANYONE")
    assert not is_checked()

    Command().check()
    (package / "resources.py").write_text("view = NOBODY")
    assert not is_checked()
    monkeypatch.delitem(sys.modules, "newcomers")


def test_another_kind_of_database_is_other_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setattr(connection, "vendor", "another")
    assert fingerprint() != before


def test_a_folder_that_takes_no_note_only_costs_time(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.DATA_DIR = tmp_path / "file"
    Command().check()
    assert not is_checked()
