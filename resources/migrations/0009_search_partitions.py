"""The terms of each resource begin with a character of its own, so that one is searched by itself.

What is in the index is rewritten; no text is read.
"""

from django.db import migrations

from resources.search.partitions import partition_of

SQLITE = [
    "CREATE VIRTUAL TABLE resources_search_new USING fts5(title, body, title_parts, body_parts,"
    " tokenize = 'ascii', content = '', contentless_delete = 1)",
    "INSERT INTO resources_search_new (resources_search_new, rank) VALUES ('automerge', 8)",
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
COLUMNS = ("title", "body", "title_parts", "body_parts")
TERMS = "COALESCE(GROUP_CONCAT({term}, ' ' ORDER BY found.offset) FILTER (WHERE found.col = '{column}'), '')"
POSTGRESQL = [
    "DROP INDEX search_by_terms",
    "UPDATE resources_searchentry entry SET vector = COALESCE((SELECT"
    " STRING_AGG('''' || written.term || ''':' || written.places, ' ') FROM (SELECT {term} AS term,"
    " STRING_AGG(at.place || at.weight, ',') AS places FROM UNNEST(entry.vector) found,"
    " UNNEST(found.positions, found.weights) AS at (place, weight) GROUP BY 1) written), '')::tsvector",
    "CREATE INDEX search_by_terms ON resources_searchentry USING gin (vector)",
]


def begin_terms(apps, schema_editor):
    names = apps.get_model("resources", "SearchEntry").objects.values_list("resource", flat=True)
    cases = "".join(f" WHEN '{name}' THEN '{partition_of(name)}'" for name in names.distinct())
    partition = f"CASE entry.resource{cases} END" if cases else "''"
    start = "CASE at.weight WHEN 'A' THEN '=' WHEN 'C' THEN '-' ELSE '' END"
    rewrite(
        schema_editor,
        sqlite=f"({partition}) || found.term",
        postgresql=f"({partition}) || {start} || found.lexeme",
    )


def restore_terms(apps, schema_editor):
    rewrite(
        schema_editor,
        sqlite="SUBSTR(found.term, 2)",
        postgresql="REGEXP_REPLACE(found.lexeme, '^.[=-]?', '')",
    )


def rewrite(schema_editor, sqlite, postgresql):
    """Write each term anew by an expression of the database's."""
    if schema_editor.connection.vendor == "sqlite":
        columns = {name: TERMS.format(term=sqlite, column=name) for name in COLUMNS}
        statements = [statement.format(**columns) for statement in SQLITE]
    else:
        statements = [statement.format(term=postgresql) for statement in POSTGRESQL]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0008_contentless_search")]
    operations = [migrations.RunPython(begin_terms, restore_terms)]
