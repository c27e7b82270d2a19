"""The first visible rows of a list that no index gives in its order.

Candidates are sorted, by an index that has what they are sorted by; whether the actor may see them
is asked one after the other, until the page is full:

    SELECT t.id FROM (SELECT id, published_at FROM t WHERE <candidates> ORDER BY published_at DESC
    LIMIT ALL OFFSET 0) AS candidates JOIN t ON t.id = candidates.id WHERE <visible>
    ORDER BY published_at DESC LIMIT 31

PostgreSQL knows the outer order from the inner one; the limit, which is none, keeps the two apart.

SQLite finds the first few candidates without looking at the others, where an index has the order
for each value of a column (`author_id IN (…)`): it leaves a value at its first row that comes too
late. So the others are sorted only if the first ones don't fill the page:

    SELECT t.id FROM (SELECT * FROM (SELECT … ORDER BY … LIMIT 62) UNION ALL
    SELECT * FROM (SELECT … ORDER BY … LIMIT -1 OFFSET 62) LIMIT -1) AS candidates CROSS JOIN t
    ON t.id = candidates.id WHERE <visible> LIMIT 31
"""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.db.models import Func, TextField

from resources.dialects import dialect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model, QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL

NAME = '"candidates"'
FIRST_TIMES = 2
"""How many times what is asked for the first candidates are, some of which may be out of sight."""


class FirstVisibleIds(Func):
    """The ids of the first `most` candidates that are visible, as a subquery: `id IN (...)`.

    `candidates` selects the columns of `order` by which it is sorted, the id among them, `visible`
    the id; both are of one table. `order` names each column with what stands behind it (`DESC`).
    """

    def __init__(
        self,
        candidates: QuerySet[Model, object],
        visible: QuerySet[Model, object],
        order: Sequence[tuple[str, str]],
        most: int,
    ) -> None:
        super().__init__(output_field=TextField())
        self.candidates, self.visible, self.order, self.most = candidates, visible, order, most

    @property
    @override
    def identity(self) -> tuple[object, ...]:
        """Return what it is compared by: querysets have no value of their own."""
        return (type(self), id(self.candidates), id(self.visible), self.most)

    @override
    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_template_parts: object,
        **extra_context: object,
    ) -> SQL:
        found, found_values = self.candidates.query.get_compiler(connection=connection).as_sql()
        seen, seen_values = self.visible.query.get_compiler(connection=connection).as_sql()
        table = connection.ops.quote_name(self.candidates.model._meta.db_table)
        id_name = connection.ops.quote_name(str(self.candidates.model._meta.pk.column))
        of_same_row = f"{table} ON {table}.{id_name} = {NAME}.{id_name}"
        if connection.vendor == "sqlite":
            first = FIRST_TIMES * self.most
            candidates = (
                f"SELECT * FROM ({found} LIMIT {first})"  # noqa: S608 - compiled by Django
                f" UNION ALL SELECT * FROM ({found} LIMIT -1 OFFSET {first}) LIMIT -1"
            )
            source = f" FROM ({candidates}) AS {NAME} CROSS JOIN {of_same_row}"
            values, order = [*found_values, *found_values, *seen_values], ""
        else:
            columns = ", ".join(
                f'{NAME}."{column}" {direction}' for column, direction in self.order
            )
            source = f" FROM ({found} {dialect().no_limit} OFFSET 0) AS {NAME} JOIN {of_same_row}"
            values, order = [*found_values, *seen_values], f" ORDER BY {columns}"
        sql = seen.replace(f" FROM {table}", source, 1)
        return f"({sql}{order} LIMIT {self.most})", values
