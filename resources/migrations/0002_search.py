"""The full-text index of `SearchEntry`, in each database's own way."""

from django.db import migrations

SQLITE = [
    "CREATE VIRTUAL TABLE resources_search USING fts5("
    "title, body, tokenize = 'unicode61 remove_diacritics 2')",
]
SQLITE_UNDO = ["DROP TABLE resources_search"]
POSTGRESQL = [
    "ALTER TABLE resources_searchentry ADD COLUMN vector tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')"
    ") STORED",
    "CREATE INDEX search_by_words ON resources_searchentry USING gin (vector)",
]
POSTGRESQL_UNDO = ["ALTER TABLE resources_searchentry DROP COLUMN vector"]


def forwards(apps, schema_editor):
    run(schema_editor, SQLITE, POSTGRESQL)


def backwards(apps, schema_editor):
    run(schema_editor, SQLITE_UNDO, POSTGRESQL_UNDO)


def run(schema_editor, sqlite, postgresql):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in sqlite if is_sqlite else postgresql:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
