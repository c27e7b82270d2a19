"""A member who has done everything there is to do, and a storage of its own for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from tests.files.conftest import storage
from tests.users.privacy.lives import Life, lived

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

__all__ = ["alone", "life", "storage"]


@pytest.fixture(autouse=True)
def alone(storage: None, settings: Settings) -> None:
    """Reserve a corner of the bucket for each test: these look at all that is stored."""
    if hasattr(default_storage, "bucket_name"):
        bucket = settings.STORAGES["default"]
        options = {**bucket["OPTIONS"], "location": uuid4().hex}
        settings.STORAGES = {**settings.STORAGES, "default": {**bucket, "OPTIONS": options}}


@pytest.fixture
def life(bob: Persona, moderator: Persona) -> Life:
    return lived(beside=bob, moderated_by=moderator)
