"""A start loads what the chosen backends need, and nothing for those that are not there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from config.libraries import import_without
from tests.config.test_serve import ROOT
from tests.migrated import EMBEDDED

if TYPE_CHECKING:
    from pathlib import Path

LOADED = """
import sys
import config.asgi
import config.urls
import config.management.commands.serve
print(*sys.modules)
"""
FIRST_OF_THE_ADMIN = """
import config.asgi
from django.test import Client
print(Client().get("/admin/login/?next=/admin/").status_code)
"""
CHECKED = """
import config.asgi
from django.contrib.admin import site
from django.core.checks import run_checks
from cards.models import Card
print(site.is_registered(Card))
run_checks(tags=["admin"])
print(site.is_registered(Card))
"""
OF_OTHER_BACKENDS = {"psycopg", "redis", "minio", "boto3", "botocore", "urllib3"}
OF_RARE_REQUESTS = {"webauthn", "requests", "openid", "PIL"}
OF_NOTHING_HERE = {"jinja2", "pygments"}
OF_THE_ADMIN = {"unfold.sites", "resources.admin", "community.admin", "config.doctor"}
OF_OPENAPI_PAGES = {"yaml", "config.documents"}


def printed_by(program: str, folder: Path) -> str:
    """Run a program on embedded backends in a process of its own."""
    env = {**os.environ, **EMBEDDED, "HOLOBASE_DATA": str(folder)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def test_an_embedded_start_loads_nothing_that_it_has_no_use_for(tmp_path: Path) -> None:
    loaded = set(printed_by(LOADED, tmp_path).split())
    assert "django_prometheus" in loaded  # it did start
    assert loaded.isdisjoint(OF_OTHER_BACKENDS)
    assert loaded.isdisjoint(OF_RARE_REQUESTS)
    assert loaded.isdisjoint(OF_NOTHING_HERE)
    assert loaded.isdisjoint(OF_THE_ADMIN)
    assert loaded.isdisjoint(OF_OPENAPI_PAGES)


def test_the_admin_comes_with_the_first_who_asks_for_it(tmp_path: Path) -> None:
    assert "200" in printed_by(FIRST_OF_THE_ADMIN, tmp_path).splitlines()


def test_its_pages_are_checked_though_nobody_has_asked_for_them(tmp_path: Path) -> None:
    assert printed_by(CHECKED, tmp_path).split() == ["False", "True"]


def test_what_one_import_did_without_is_there_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "html.entities", raising=False)
    monkeypatch.delitem(sys.modules, "html", raising=False)
    with pytest.raises(ModuleNotFoundError):
        import_without("html", "html.entities")
    assert "html.entities" not in sys.modules
    import_without("html")
    assert "html.entities" in sys.modules
