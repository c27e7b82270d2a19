"""On SQLite the terms of titles begin with a mark, so that titles are searched by short lists.

What is in the index is rewritten; no text is read.
"""

from django.db import migrations

from resources.search.partitions import OF_TITLE

TERMS = "COALESCE(GROUP_CONCAT({term}, ' ' ORDER BY found.offset) FILTER (WHERE found.col = '{column}'), '')"
TITLES = ("title", "title_parts")
REWRITE = [
    "CREATE VIRTUAL TABLE resources_search_new USING fts5(title, body, title_parts, body_parts,"
    " tokenize = 'ascii', content = '', contentless_delete = 1)",
    "INSERT INTO resources_search_new (resources_search_new, rank) VALUES ('automerge', 8)",
    "INSERT INTO resources_search_new (resources_search_new, rank) VALUES ('usermerge', 2)",
    "CREATE VIRTUAL TABLE temp.resources_search_terms"
    " USING fts5vocab('main', 'resources_search', 'instance')",
    "INSERT INTO resources_search_new (rowid, title, body, title_parts, body_parts)"
    " SELECT found.doc, {title}, {body}, {title_parts}, {body_parts}"
    " FROM temp.resources_search_terms found JOIN resources_searchentry entry"
    " ON entry.id = found.doc GROUP BY found.doc",
    # It is written in many pieces, each of which a search would have to look into.
    "INSERT INTO resources_search_new (resources_search_new) VALUES ('optimize')",
    "DROP TABLE temp.resources_search_terms",
    "DROP TABLE resources_search",
    "ALTER TABLE resources_search_new RENAME TO resources_search",
]


def mark_titles(apps, schema_editor):
    rewrite(schema_editor, f"SUBSTR(found.term, 1, 1) || '{OF_TITLE}' || SUBSTR(found.term, 2)")


def restore_titles(apps, schema_editor):
    rewrite(schema_editor, "SUBSTR(found.term, 1, 1) || SUBSTR(found.term, 3)")


def rewrite(schema_editor, in_title):
    """Write each term of a title anew by an expression."""
    if schema_editor.connection.vendor != "sqlite":
        return
    columns = {
        name: TERMS.format(term=in_title if name in TITLES else "found.term", column=name)
        for name in ("title", "body", "title_parts", "body_parts")
    }
    for statement in REWRITE:
        schema_editor.execute(statement.format(**columns), params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0011_search_merges")]
    operations = [migrations.RunPython(mark_titles, restore_titles)]
