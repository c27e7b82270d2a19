"""Search by terms of one tokeniser, the same on both databases."""

from zlib import crc32

from django.db import migrations, models

from resources.search.terms import terms_of

AT_ONCE = 500
SQLITE = [
    "DROP TABLE resources_search",
    "CREATE VIRTUAL TABLE resources_search USING fts5("
    "title, body, title_parts, body_parts, tokenize = 'ascii')",
    # Segments are merged eight at a time, not four, which takes creates less time.
    "INSERT INTO resources_search (resources_search, rank) VALUES ('automerge', 8)",
]
SQLITE_UNDO = [
    "DROP TABLE resources_search",
    "CREATE VIRTUAL TABLE resources_search USING fts5("
    "title, body, tokenize = 'unicode61 remove_diacritics 2')",
    "INSERT INTO resources_search (rowid, title, body)"
    " SELECT id, title, body FROM resources_searchentry",
]
POSTGRESQL = [
    "ALTER TABLE resources_searchentry DROP COLUMN vector",
    "ALTER TABLE resources_searchentry ADD COLUMN vector tsvector",
]
POSTGRESQL_INDEX = [
    "CREATE INDEX search_by_terms ON resources_searchentry USING gin (vector)",
]
POSTGRESQL_UNDO = [
    "ALTER TABLE resources_searchentry DROP COLUMN vector",
    "ALTER TABLE resources_searchentry ADD COLUMN vector tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')"
    ") STORED",
    "CREATE INDEX search_by_words ON resources_searchentry USING gin (vector)",
]


def make_index(apps, schema_editor):
    run(schema_editor, SQLITE, POSTGRESQL)


def restore_index(apps, schema_editor):
    """Come back to an index of words; the texts are entered again as records are written."""
    run(schema_editor, SQLITE_UNDO, POSTGRESQL_UNDO)


def fill_index(apps, schema_editor):
    entries = apps.get_model("resources", "SearchEntry").objects.order_by("pk")
    last = 0
    while batch := list(entries.filter(pk__gt=last)[:AT_ONCE]):
        last = batch[-1].pk
        with schema_editor.connection.cursor() as cursor:
            for entry in batch:
                enter(cursor, entry, schema_editor.connection.vendor)
    run(schema_editor, [], POSTGRESQL_INDEX)


def enter(cursor, entry, vendor):
    terms = terms_of(entry.title, entry.body)
    texts = [" ".join(each) for each in terms]
    digest = crc32("\n".join(texts).encode())
    if vendor == "sqlite":
        cursor.execute(
            "INSERT INTO resources_search (rowid, title, body, title_parts, body_parts)"
            " VALUES (%s, %s, %s, %s, %s)",
            [entry.pk, *texts],
        )
        vector, more = "", []
    else:
        vector, more = ", vector = %s::tsvector", [tsvector(terms)]
    cursor.execute(
        f"UPDATE resources_searchentry SET digest = %s{vector} WHERE id = %s",
        [digest, *more, entry.pk],
    )


def tsvector(terms):
    """Write terms with their places and weights, as they were before they had partitions."""
    places, first = {}, 1
    for weight, those in zip("ABCD", terms, strict=True):
        for place, term in enumerate(those, first):
            places.setdefault(term, []).append(f"{place}{weight}")
        first += len(those) + 1
    return " ".join(f"'{term}':{','.join(found)}" for term, found in places.items())


def run(schema_editor, sqlite, postgresql):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in sqlite if is_sqlite else postgresql:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0004_assigned_position")]
    operations = [
        migrations.AddField("searchentry", "digest", models.BigIntegerField(default=0)),
        migrations.RunPython(make_index, migrations.RunPython.noop),
        migrations.RunPython(fill_index, restore_index),
        migrations.RemoveField("searchentry", "title"),
        migrations.RemoveField("searchentry", "body"),
    ]
