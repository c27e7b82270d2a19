"""The order of a search, which no index of a resource gives: the best matches first.

All matches are ranked and sorted before any record is read. Whether the actor may see one, and what
it looks like, is asked one after the other until the page is full. Those outside of titles are left
out if there are enough in titles (PostgreSQL):

    WITH "titled" (record_id, search_rank) AS (SELECT …),
    "best" (record_id, search_rank) AS (SELECT * FROM "titled" UNION ALL SELECT …
    WHERE (SELECT COUNT(*) FROM (SELECT 1 FROM "cards_card", "titled" WHERE … AND <visible>
    LIMIT 31)) < 31 ORDER BY 2, 1 LIMIT ALL OFFSET 0)
    SELECT <document>, "best"."search_rank", "cards_card"."id" FROM "cards_card", "best"
    WHERE "best"."record_id" = "cards_card"."id" AND <visible>
    ORDER BY "best"."search_rank", "best"."record_id" LIMIT 31

Where SQLite finds matches in their order without sorting them, only as many are looked for as fill
the page, which is sorted at the end:

    WITH "matches" (record_id, search_rank) AS (SELECT … UNION ALL SELECT …),
    "best" (record_id, search_rank) AS (SELECT "matches"."record_id", "matches"."search_rank"
    FROM "matches" CROSS JOIN "cards_card" WHERE … AND <visible> LIMIT 31)
    SELECT <document>, … FROM "cards_card", "best" WHERE … ORDER BY …
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import FloatField
from django.db.models.expressions import RawSQL

from resources.fields import RecordIdField
from resources.query.ordering import RANK
from resources.search.matching import sorted_by_rank

if TYPE_CHECKING:
    from django.db.models import Model, OrderBy, QuerySet

BEST, MATCHES, TITLED = "best", "matches", "titled"
COLUMNS = f"(record_id, {RANK})"


def joined(rows: QuerySet[Model], table: str) -> QuerySet[Model]:
    """Narrow the records of a resource to those in a table of matches; each has a rank then."""
    meta, quoted = rows.model._meta, connection.ops.quote_name
    own_id = f"{quoted(meta.db_table)}.{quoted(str(meta.pk.column))}"
    found = rows.extra(where=[f'"{table}"."record_id" = {own_id}'])  # noqa: S610 - names of our own
    ranked: QuerySet[Model] = found.annotate(**{RANK: rank_in(table)})
    return ranked


def joined_beside(rows: QuerySet[Model], table: str) -> QuerySet[Model]:
    """Narrow them likewise, with the table of matches among those that the statement reads."""
    return joined(rows, table).extra(tables=[table])  # noqa: S610 - a constant of ours


def only_if_missing(others: str, filling: str) -> str:
    """Return the statement of matches in titles, and of `others` if the former fill no page.

    `filling` finds as many of the former as fill one; how many that are is the last parameter.
    """
    missing = f"(SELECT COUNT(*) FROM ({filling}) AS seen) < %s"  # noqa: S608 - compiled by Django
    either = f'SELECT * FROM "{TITLED}" UNION ALL {others} AND {missing}'  # noqa: S608 - the same
    return f"{either} {sorted_by_rank(is_backward=False)}"


def best_order(*, is_backward: bool) -> list[OrderBy]:
    """Return the order in which the table of matches is, which a statement need not sort again."""
    columns = (rank_in(BEST), record_id_in(BEST))
    return [column.desc() if is_backward else column.asc() for column in columns]


def rank_in(table: str) -> RawSQL:
    """Return the column of ranks of a table of matches."""
    return RawSQL(f'"{table}"."{RANK}"', (), FloatField())  # noqa: S611 - a constant of ours


def record_id_in(table: str) -> RawSQL:
    """Return the column of ids of a table of matches."""
    return RawSQL(f'"{table}"."record_id"', (), RecordIdField())  # noqa: S611 - a constant of ours


def read_in_order(sql: str, rows: QuerySet[Model]) -> str:
    """Have a statement about records begin with the table of matches, and go by its order."""
    table = connection.ops.quote_name(rows.model._meta.db_table)
    return sql.replace(f" FROM {table}", f' FROM "{MATCHES}" CROSS JOIN {table}', 1)
