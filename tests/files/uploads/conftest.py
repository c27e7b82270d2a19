"""Members who upload: their requests run in threads, which see only what is committed."""

from __future__ import annotations

import pytest

from tests.files.uploads.tus import Tus
from tests.personas import new_member


@pytest.fixture
def dana(transactional_db: None) -> Tus:
    return Tus(new_member("dana"))


@pytest.fixture
def carol(transactional_db: None) -> Tus:
    return Tus(new_member("carol"))
