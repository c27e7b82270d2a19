"""The OpenAPI document, made once in a run: that takes more than a second."""

from __future__ import annotations

import fcntl
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from drf_spectacular.generators import SchemaGenerator

from tests.migrated import FOLDER_VARIABLE

if TYPE_CHECKING:
    from resources.json_text import JsonObject


@cache
def openapi_document() -> JsonObject:
    """Return the document; the first of a run's processes that asks makes it."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    file = folder / "openapi.json"
    with (folder / "openapi.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not file.exists():
            made = SchemaGenerator().get_schema(request=None, public=True)
            (folder / "unfinished.json").write_text(json.dumps(made))
            (folder / "unfinished.json").rename(file)
    document: JsonObject = json.loads(file.read_text())
    return document
