"""The newest matches of a resource are found by age (PostgreSQL).

Words outside of titles begin with a mark of their own, so that its index tells them from
parts of words without a look at each entry. What is in the index is rewritten; no text is read.
"""

from django.db import migrations

REWRITE = (
    "UPDATE resources_searchentry entry SET vector = COALESCE((SELECT"
    " STRING_AGG('''' || written.term || ''':' || written.places, ' ') FROM (SELECT {term} AS term,"
    " STRING_AGG(at.place || at.weight, ',') AS places FROM UNNEST(entry.vector) found,"
    " UNNEST(found.positions, found.weights) AS at (place, weight) GROUP BY 1) written), '')::tsvector"
)
TERM = "CASE at.weight WHEN 'B' THEN {word} ELSE found.lexeme END"
DROP_TERMS = "DROP INDEX search_by_terms"
# Each look-up reads all that waits to be put in order, which may be 4 MB otherwise.
PENDING_KB = 256
INDEX_TERMS = (
    "CREATE INDEX search_by_terms ON resources_searchentry USING gin (vector)"
    f" WITH (gin_pending_list_limit = {PENDING_KB})"
)
# An expression, as PostgreSQL would take the primary key for the id alone.
INDEX_AGE = "CREATE INDEX search_by_age ON resources_searchentry (resource, (id + 0))"


def mark_words(apps, schema_editor):
    word = "LEFT(found.lexeme, 1) || '.' || SUBSTR(found.lexeme, 2)"
    rewritten = REWRITE.format(term=TERM.format(word=word))
    run(schema_editor, DROP_TERMS, rewritten, INDEX_TERMS, INDEX_AGE)


def restore_words(apps, schema_editor):
    word = "LEFT(found.lexeme, 1) || SUBSTR(found.lexeme, 3)"
    rewritten = REWRITE.format(term=TERM.format(word=word))
    run(schema_editor, "DROP INDEX search_by_age", DROP_TERMS, rewritten, INDEX_TERMS)


def run(schema_editor, *statements):
    if schema_editor.connection.vendor != "sqlite":
        for statement in statements:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("resources", "0009_search_partitions")]
    operations = [migrations.RunPython(mark_words, restore_words)]
