"""A storage of its own for every test: a fresh folder, or the environment's bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import default_storage

from files.storage import set_up_storage

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    if not hasattr(default_storage, "bucket_name"):
        local = settings.STORAGES["default"]
        options = {**local["OPTIONS"], "location": str(tmp_path / "files")}
        settings.STORAGES = {**settings.STORAGES, "default": {**local, "OPTIONS": options}}
    set_up_storage()
