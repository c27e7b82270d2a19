"""The index of SQLite keeps the places of terms alone, not the terms of each record beside them."""

from django.db import migrations

TABLE = (
    "CREATE VIRTUAL TABLE resources_search_new USING fts5("
    "title, body, title_parts, body_parts, tokenize = 'ascii'{})"
)
CONTENTLESS = [
    TABLE.format(", content = '', contentless_delete = 1"),
    "INSERT INTO resources_search_new (resources_search_new, rank) VALUES ('automerge', 8)",
    "INSERT INTO resources_search_new (rowid, title, body, title_parts, body_parts)"
    " SELECT id, c0, c1, c2, c3 FROM resources_search_content ORDER BY id",
    "DROP TABLE resources_search",
    "ALTER TABLE resources_search_new RENAME TO resources_search",
]
WITH_CONTENT = [
    TABLE.format(""),
    "INSERT INTO resources_search_new (resources_search_new, rank) VALUES ('automerge', 8)",
    "DROP TABLE resources_search",
    "ALTER TABLE resources_search_new RENAME TO resources_search",
]


def drop_content(apps, schema_editor):
    run(schema_editor, CONTENTLESS)


def restore_content(apps, schema_editor):
    """Come back to an empty index, which `rebuild_search` fills."""
    run(schema_editor, WITH_CONTENT)


def run(schema_editor, statements):
    if schema_editor.connection.vendor == "sqlite":
        for statement in statements:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0007_jobs")]
    operations = [migrations.RunPython(drop_content, restore_content)]
