"""Texts are sorted by code points, whatever language a database was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from resources import registry
from resources.fields import SortedCharField

if TYPE_CHECKING:
    from tests.personas import Persona

IN_ORDER = ["100% wool", "Zebra", "ember", "zebra", "Éclair", "가나", "나비"]
COLUMN = """
SELECT collation_name FROM information_schema.columns WHERE table_name = %s AND column_name = %s
"""


def test_titles_are_in_the_order_of_code_points(alice: Persona) -> None:
    for title in sorted(IN_ORDER, key=len):
        alice.creates("cards", title=title)
    for sort, expected in (("title", IN_ORDER), ("-title", IN_ORDER[::-1])):
        found, path = [], f"/api/v1/cards?sort={sort}&limit=3&fields=title"
        while path:
            page = alice.api.client.get(path).json()
            found += [card["title"] for card in page["results"]]
            path = page["next"]
        assert found == expected
    later = alice.api.get("cards", filter='title > "Zebra"', sort="title", fields="title").json()
    assert [card["title"] for card in later["results"]] == IN_ORDER[2:]


def test_the_order_does_not_come_from_the_database_as_it_was_made(db: None) -> None:
    """A column with a collation of its own does not take the database's."""
    columns = [
        column
        for resource in registry.all_resources()
        for column in resource.model._meta.concrete_fields
        if isinstance(column, SortedCharField)
    ]
    assert {str(column) for column in columns} >= {"cards.Card.title", "users.User.username"}
    for column in columns:
        assert column.db_parameters(connection).get("collation") == own_collation(column)


def own_collation(column: SortedCharField) -> str | None:
    """Return the collation that a column was made with; SQLite's own compares bytes."""
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute(COLUMN, [column.model._meta.db_table, column.column])
        [[name]] = cursor.fetchall()
    assert name == "pg_unicode_fast"
    return str(name)
