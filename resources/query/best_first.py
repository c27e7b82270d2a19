"""The order of a search, which no index of a resource gives: the best matches first.

Matches are found tier by tier, and of each the newest first. Whether the actor may see one is asked
one after the other until the page is full; those alone are read, and sorted at the end. SQLite
finds the matches of a tier in their order:

    WITH "matches" (record_id, search_rank) AS (SELECT … UNION ALL SELECT …),
    "best" (record_id, search_rank) AS (SELECT "matches"."record_id", "matches"."search_rank"
    FROM "matches" CROSS JOIN "cards_card" WHERE … AND <visible> LIMIT 31)
    SELECT <document>, … FROM "cards_card", "best" WHERE … ORDER BY …

PostgreSQL sorts the matches of a tier, those among the newest entries before all others, so that
where these fill the page the others are not read. LATERAL keeps the order of its loops:

    WITH "matches" (record_id, search_rank) AS (SELECT … FROM (VALUES (0, '…'::tsquery, NULL), …)
    AS tier (number, query, better) CROSS JOIN LATERAL ((SELECT … WHERE <new> ORDER BY e.id DESC)
    UNION ALL (SELECT … WHERE <old> ORDER BY e.id DESC)) AS found),
    "best" (record_id, search_rank) AS (SELECT "matches".* FROM "matches" CROSS JOIN LATERAL
    (SELECT 1 FROM "cards_card" WHERE … AND <visible> LIMIT 1) AS seen LIMIT 31)
    SELECT <document>, … FROM "cards_card", "best" WHERE … ORDER BY …
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import FloatField
from django.db.models.expressions import RawSQL

from resources.fields import RecordIdField
from resources.query.ordering import RANK

if TYPE_CHECKING:
    from django.db.models import Model, OrderBy, QuerySet

BEST, MATCHES = "best", "matches"
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


def taken_in_order(visible: str, limits: str) -> str:
    """Return the statement that takes the first matches for each of which `visible` finds a row.

    LATERAL has PostgreSQL ask it of one match after the other.
    """
    seen = f'SELECT "{MATCHES}".* FROM "{MATCHES}" CROSS JOIN LATERAL ({visible}) AS seen'  # noqa: S608 - compiled by Django
    return seen + limits
