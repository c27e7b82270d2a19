"""The order of a search, which no index of a resource gives: the best matches first.

All matches are ranked and sorted before any record is read. Whether the actor may see one, and what
it looks like, is asked one after the other until the page is full:

    WITH "best" (record_id, search_rank) AS (SELECT … ORDER BY 2, 1 LIMIT -1 OFFSET 0)
    SELECT <document>, "best"."search_rank", "cards_card"."id" FROM "cards_card", "best"
    WHERE "best"."record_id" = "cards_card"."id" AND <visible>
    ORDER BY "best"."search_rank", "best"."record_id" LIMIT 31
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

BEST = "best"
HEAD = f"{BEST} (record_id, {RANK})"
"""The table of all matches, as a common table expression names it."""
RECORD_ID = f'"{BEST}"."record_id"'


def joined_to_best(rows: QuerySet[Model]) -> QuerySet[Model]:
    """Join the records of a resource to the table of matches; each record has a rank then."""
    meta, quoted = rows.model._meta, connection.ops.quote_name
    own_id = f"{quoted(meta.db_table)}.{quoted(str(meta.pk.column))}"
    rank = RawSQL(f'"{BEST}"."{RANK}"', (), FloatField())  # noqa: S611 - a constant of ours
    joined = rows.extra(tables=[BEST], where=[f"{RECORD_ID} = {own_id}"])  # noqa: S610 - names of our own
    ranked: QuerySet[Model] = joined.annotate(**{RANK: rank})
    return ranked


def best_order(*, is_backward: bool) -> list[OrderBy]:
    """Return the order in which the table of matches is, which a statement need not sort again."""
    columns = (
        RawSQL(f'"{BEST}"."{RANK}"', (), FloatField()),  # noqa: S611 - a constant of ours
        RawSQL(RECORD_ID, (), RecordIdField()),  # noqa: S611 - a constant of ours
    )
    return [column.desc() if is_backward else column.asc() for column in columns]
