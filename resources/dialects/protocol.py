"""What a dialect has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resources.types import ModelField


class Dialect(Protocol):
    """One of the two databases."""

    runs_inline: bool
    """Whether reads run in the event loop, on a connection to the file itself."""
    prepares_statements: bool
    """Whether the server plans a statement once per connection if it is asked to."""
    commits_in_order: bool
    """Whether ids of the change log are given out in the order of commits."""
    booleans: tuple[str, str]
    """False and true as Django writes them into the condition of an index."""
    no_limit: str
    """The LIMIT of all rows, which keeps a subquery from being made a part of the query around."""
    ids_of_json: str
    """The SELECT of the ids in a JSON array, which is its one parameter."""
    begin_snapshot: str
    """The statement that begins a read snapshot."""
    adapters: Mapping[type, Callable[[object], object]]
    """What the driver does not take as it is, with the function that adapts it."""
    readers: Mapping[type, Callable[[object], object]]
    """The functions that make values of a type of what the driver has read."""

    def real_table(self, name: str) -> str:
        """Return a quoted table name that no common table expression of that name hides."""

    def rows_of_json(self, table: str, columns: Sequence[str]) -> str:
        """Return the SELECT of the rows in a JSON array of objects, which is its one parameter.

        `table` is quoted, `columns` are not.
        """

    def json_value(self, column: ModelField, logged: object) -> object:
        """Return a logged value of a column as `rows_of_json` has to find it."""

    def number(self, value: object) -> object:
        """Return a number so that the database compares it with `numeric` as it was written."""

    def list_parameter(self, items: list[object]) -> object:
        """Return values as the one parameter that a list is bound by."""

    def version(self) -> int:
        """Return a number that changes when another connection has committed something.

        It is always the same where a database notifies of commits instead.
        """

    def table_size(self, table: str) -> tuple[int, int]:
        """Return about how many rows a table has, and about how many bytes they take."""

    def json_document(self, value: dict[str, object] | list[object]) -> str | None:
        """Return JSON in a form of the database's own; None where Django's will do."""


NOT_ADAPTED = object()
"""What an adapter returns for a value that it can't handle."""


def json_text(value: object) -> Any:
    """Return a document as the text of its JSON; an adapter."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # whole numbers of more than 64 bits, for one
        return NOT_ADAPTED
