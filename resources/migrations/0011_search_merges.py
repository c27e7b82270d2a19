"""Any two alike pieces of SQLite's index are merged when it is tidied, not four."""

from django.db import migrations

SET = "INSERT INTO resources_search (resources_search, rank) VALUES ('usermerge', {})"
OF_SQLITE = 4


def merge_two(apps, schema_editor):
    run(schema_editor, 2)


def merge_four(apps, schema_editor):
    run(schema_editor, OF_SQLITE)


def run(schema_editor, segments):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SET.format(segments), params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0010_search_by_age")]
    operations = [migrations.RunPython(merge_two, merge_four)]
