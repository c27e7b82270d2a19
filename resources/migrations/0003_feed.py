"""Places in the feed of changes, given once a change is committed."""

from django.db import migrations, models

# SQLite reads the feed by id: it has one writer at a time.
POSTGRESQL = [
    "UPDATE resources_change SET position = id",
    "CREATE UNIQUE INDEX change_by_position ON resources_change (position)",
    "CREATE INDEX change_without_position ON resources_change (id) WHERE position IS NULL",
]
POSTGRESQL_UNDO = [
    "DROP INDEX change_without_position",
    "DROP INDEX change_by_position",
]


def forwards(apps, schema_editor):
    run(schema_editor, POSTGRESQL)


def backwards(apps, schema_editor):
    run(schema_editor, POSTGRESQL_UNDO)


def run(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0002_search")]
    operations = [
        migrations.RemoveIndex(model_name="change", name="change_in_order"),
        migrations.RemoveField(model_name="change", name="transaction"),
        migrations.AddField(
            model_name="change",
            name="position",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunPython(forwards, backwards),
    ]
