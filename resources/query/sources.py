"""Which resources a compiled statement reads: its result can be cached until they change."""

from __future__ import annotations

import re
from functools import cache

from django.apps import apps

from resources import registry
from resources.relation_lists import list_fields

UNTRACKED = ""
"""The source that stands for every table that the change log does not cover."""
READS_THE_CLOCK = re.compile(
    r"CURRENT_(?:TIME|DATE)|STATEMENT_TIMESTAMP|NOW\(|'NOW'", re.IGNORECASE
)
"""How SQL asks what time it is."""
QUOTED = re.compile(r'"(\w+)"')


def sources_of(sql: str) -> frozenset[str] | None:
    """Return the names of the resources that a statement reads, `UNTRACKED` for other tables.

    None when the passing of time alone changes the result. For example `SELECT "cards_card"."id"
    FROM "cards_card"` reads `frozenset({"cards"})`.
    """
    if READS_THE_CLOCK.search(sql):
        return None
    sources = _source_of_table()
    return frozenset(sources[name] for name in QUOTED.findall(sql) if name in sources)


@cache
def _source_of_table() -> dict[str, str]:
    sources = {
        model._meta.db_table: UNTRACKED for model in apps.get_models(include_auto_created=True)
    }
    for resource in registry.all_resources():
        # The index of a list is written with the record that has the list, and only so.
        indexes = [field.index_model for field in list_fields(resource.model)]
        for model in (resource.model, *indexes):
            sources[model._meta.db_table] = resource.name
    return sources
