"""A start loads what the chosen backends need, and nothing for those that are not there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.libraries import import_without
from tests.config.test_serve import ROOT
from tests.migrated import EMBEDDED

LOADED = """
import sys
import config.asgi
import config.urls
import config.management.commands.serve
print(*sys.modules)
"""
OF_OTHER_BACKENDS = {"psycopg", "redis", "minio", "boto3", "botocore", "urllib3"}
OF_RARE_REQUESTS = {"webauthn", "requests", "openid", "PIL"}
OF_NOTHING_HERE = {"jinja2", "pygments"}


@pytest.fixture
def loaded(tmp_path: str) -> set[str]:
    """Return what the application of embedded backends has imported when it is ready."""
    env = {**os.environ, **EMBEDDED, "HOLOBASE_DATA": str(tmp_path)}
    command = [sys.executable, "-c", LOADED]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_an_embedded_start_loads_nothing_that_it_has_no_use_for(loaded: set[str]) -> None:
    assert "django_prometheus" in loaded  # it did start
    assert loaded.isdisjoint(OF_OTHER_BACKENDS)
    assert loaded.isdisjoint(OF_RARE_REQUESTS)
    assert loaded.isdisjoint(OF_NOTHING_HERE)


def test_what_one_import_did_without_is_there_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "html.entities", raising=False)
    monkeypatch.delitem(sys.modules, "html", raising=False)
    with pytest.raises(ModuleNotFoundError):
        import_without("html", "html.entities")
    assert "html.entities" not in sys.modules
    import_without("html")
    assert "html.entities" in sys.modules
