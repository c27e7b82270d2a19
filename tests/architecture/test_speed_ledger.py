"""The ledger of speed tricks names files and tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

LEDGER = Path(settings.BASE_DIR, "docs", "speed-ledger.md")
PLACE = re.compile(r"`([a-z_]+(?:/[a-z_]+)+(?:\.py)?)(?: \([\w]+\))?`")


def test_every_file_and_test_of_the_ledger_is_there() -> None:
    places = PLACE.findall(LEDGER.read_text())
    assert len(places) > 40
    assert [place for place in places if not Path(settings.BASE_DIR, place).exists()] == []
