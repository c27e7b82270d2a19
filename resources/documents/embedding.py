"""Models that appear inside other records as a small document rather than as an id.

A card has four pictures, and a page with expanded cards a dozen. SQLite's driver finds a prepared
statement by its whole text, and keeps none that is long. So on SQLite a document of an embedded
model is written once, as a common table expression that each place reads a row of:

    WITH "files_file_plain" ("id", "document") AS NOT MATERIALIZED (SELECT … FROM "files_file")
    SELECT CONCAT('{"id":"', …, ',"front":', (SELECT "document" FROM "files_file_plain"
    WHERE "id" = "cards_card"."front_id"), …) FROM "cards_card"

PostgreSQL knows prepared statements by a name, and has the document written out at each place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, override

from django.db import connection
from django.db.models import F, OuterRef, Subquery, TextField

from resources.documents.sql import JsonObject, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL, Values

    type Address = Literal["plain", "marked"]


class AddressStarts(NamedTuple):
    """What the addresses in a document start with, for the eyes of anyone or of some.

    `marked` is completed once the document is read (`resources.documents.completion`).
    """

    plain: str
    marked: str


class Embedding(NamedTuple):
    """How a model is embedded: `members` makes its document of what its addresses start with.

    `schemas` describes each member (JSON Schema).
    """

    members: Callable[[str], Mapping[str, object]]
    address_starts: Callable[[], AddressStarts]
    schemas: Mapping[str, Mapping[str, object]]

    def document(self, address: Address) -> JsonObject:
        """Return the document of a row, with addresses that start so."""
        return JsonObject(self.members(getattr(self.address_starts(), address)))

    @property
    def schema(self) -> dict[str, object]:
        """Describe the document."""
        members = {name: dict(schema) for name, schema in self.schemas.items()}
        return {"type": "object", "required": list(members), "properties": members}


_embeddings: dict[type[Model], Embedding] = {}


def embed(
    model: type[Model],
    members: Callable[[str], Mapping[str, object]],
    address_starts: Callable[[], AddressStarts],
    schemas: Mapping[str, Mapping[str, object]],
) -> None:
    """Let relations to `model` be answered as a document of these expressions.

    Addresses in it start with `plain` wherever anyone may see the record that points here.
    """
    _embeddings[model] = Embedding(members, address_starts, schemas)


def embedding_of(model: type[Model] | None) -> Embedding | None:
    """Return how a model is embedded, or None for models that appear as an id."""
    return None if model is None else _embeddings.get(model)


class EmbeddedDocument(Written):
    """The document of the row of an embedded model whose id a column holds."""

    def __init__(self, model: type[Model], address: Address, column: str) -> None:
        document = _embeddings[model].document(address)
        rows = model._default_manager.filter(pk=OuterRef(column)).values(document=document)
        super().__init__(
            F(column),
            Subquery(rows),
            output_field=TextField(),
            table=_table(model, address),
        )

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Read it from the table that `with_documents` writes."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        table = self.extra["table"]
        return f'(SELECT "document" FROM "{table}" WHERE "id" = {sql})', params  # noqa: S608 - a name of our own

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> SQL:
        """Write it out."""
        return compiler.compile(self.get_source_expressions()[1])


def with_documents(sql: str, parameters: Values) -> SQL:
    """Write the tables of embedded documents that a statement reads in front of it."""
    heads: list[str] = []
    bound: list[object] = []
    for name, model, document in _documents():
        if f'"{name}"' in sql:
            rows = model._default_manager.values_list("pk", document)
            body, values = rows.query.get_compiler(connection=connection).as_sql()
            heads.append(f'"{name}" ("id", "document") AS NOT MATERIALIZED ({body})')
            bound += values
    if not heads:
        return sql, parameters
    return f"WITH {', '.join(heads)} {sql}", [*bound, *parameters]


def _documents() -> Iterator[tuple[str, type[Model], JsonObject]]:
    for model, embedding in _embeddings.items():
        for address in ("plain", "marked"):
            yield _table(model, address), model, embedding.document(address)


def _table(model: type[Model], address: Address) -> str:
    return f"{model._meta.db_table}_{address}"
