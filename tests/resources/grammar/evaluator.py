"""The meaning of a filter in plain Python, written from docs/guide/queries.md and not from the SQL.

A row is a dictionary: columns by name, a relation as another row or None, a back-relation
(`posts_via_card`) as a list of rows. Texts, numbers, truths, moments and ids are Python's own;
lists of texts are `list`, documents are `Document`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from resources.query.filters.nodes import Call, Comparison, Identifier, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from resources.query.filters.nodes import Node

type Row = Mapping[str, Any]

OPPOSITE = {"!=": "=", "!~": "~"}
MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True)
class Document:
    """A value inside a JSON document; None when nothing is there."""

    value: Any


@dataclass(frozen=True)
class Choice:
    """One of a column's choices, which are in order."""

    value: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Each:
    """A list each of whose values is asked."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Several:
    """What several rows hold."""

    path: str
    rows: tuple[Row, ...]
    name: Identifier


def holds(node: Node, row: Row) -> bool:
    """Tell whether a filter holds of a row."""
    if isinstance(node, Comparison):
        return _holds_together([node], row)
    if node.connector == "not":
        return not holds(node.children[0], row)
    if node.connector == "or":
        return any(holds(child, row) for child in node.children)
    comparisons = [child for child in node.children if isinstance(child, Comparison)]
    others = [child for child in node.children if not isinstance(child, Comparison)]
    return _holds_together(comparisons, row) and all(holds(child, row) for child in others)


def _holds_together(nodes: Iterable[Comparison], row: Row) -> bool:
    """Judge what is joined by AND: `?=` over one back-relation speaks of one row."""
    of_one_row: dict[str, list[tuple[Several, Comparison]]] = {}
    result = True
    for node in map(_turned, nodes):
        left = _operand(node.left, row)
        if isinstance(left, Several) and node.any_match:
            of_one_row.setdefault(left.path, []).append((left, node))
        elif isinstance(left, Several):
            result &= _every(left, node, row)
        else:
            result &= _compare(left, node, _operand(node.right, row))
    for pairs in of_one_row.values():
        found = any(
            all(_compare_inner(left, inner, node, row) for left, node in pairs)
            for inner in pairs[0][0].rows
        )
        none = not pairs[0][0].rows and all(_asks_for_nothing(node) for _left, node in pairs)
        result &= found or none
    return result


def _turned(node: Comparison) -> Comparison:
    """Put the column first."""
    is_turned = isinstance(node.left, Literal) and not isinstance(node.right, Literal)
    many = isinstance(node.right, Identifier) and "_via_" in node.right.path[0]
    if (is_turned or many) and node.operator in MIRROR:
        return Comparison(node.right, MIRROR[node.operator], node.any_match, node.left, 0)
    return node


def _asks_for_nothing(node: Comparison) -> bool:
    return node.operator == "=" and _is_nothing(node.right)


def _is_nothing(part: object) -> bool:
    return isinstance(part, Literal) and part.value in (None, "")


def _every(several: Several, node: Comparison, row: Row) -> bool:
    if not several.rows:
        return _holds_of_none(node)
    return all(_compare_inner(several, inner, node, row) for inner in several.rows)


def _holds_of_none(node: Comparison) -> bool:
    """Tell what is said of no value at all."""
    if node.operator == "=":
        return _is_nothing(node.right)
    if node.operator == "!=":
        return not _is_nothing(node.right)
    return node.operator == "!~" and not _is_null(node.right)


def _is_null(part: object) -> bool:
    return isinstance(part, Literal) and part.value is None


def _compare_inner(several: Several, inner: Row, node: Comparison, row: Row) -> bool:
    return _compare(_named(several.name, inner), node, _operand(node.right, row))


def _operand(part: Any, row: Row) -> Any:
    if isinstance(part, Literal):
        return part
    if isinstance(part, Call):
        return _called(part, row)
    if "_via_" in part.path[0]:
        head, *rest = part.path
        inner = Identifier(tuple(rest), part.modifier, part.text, part.position)
        return Several(head, tuple(row[head]), inner)
    return _named(part, row)


def _named(name: Identifier, row: Row) -> Any:
    value = _at(name.path, row)
    if name.modifier == "each":
        return Each(tuple(value if isinstance(value, list) else _list_in(value)))
    if name.modifier == "length":
        return _length(value)
    if name.modifier == "lower":
        text = _text(value)
        return text if text is None else text.lower()
    return value


def _at(path: tuple[str, ...], row: Row) -> Any:
    head, *rest = path
    value = row[head]
    if isinstance(value, Document):
        for step in rest:
            value = Document(_step(value.value, step))
        return value
    if isinstance(value, dict):
        return _at(tuple(rest), value) if rest else value["id"]
    return value


def _step(value: object, step: str) -> Any:
    if isinstance(value, dict) and not step.isdigit():
        return value.get(step)
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return None


def _list_in(value: object) -> list[Any]:
    inner = value.value if isinstance(value, Document) else None
    return [Document(item) for item in inner] if isinstance(inner, list) else []


def _length(value: object) -> int:
    if isinstance(value, list):
        return len(value)
    if isinstance(value, Document):
        return len(value.value) if isinstance(value.value, list) else 0
    return int(bool(value.value if isinstance(value, Choice) else value))


def _compare(left: Any, node: Comparison, right: Any) -> bool:
    """Compare one value or one list with a literal or another value."""
    operator = node.operator
    if _is_null(right) and operator not in ("=", "!="):
        return False
    if isinstance(left, list):
        return _compare_list(left, node, right)
    if isinstance(left, Each):
        if node.any_match:
            none = not left.values and operator == "=" and _is_nothing(right)
            return none or any(_judge(value, operator, right) for value in left.values)
        if not left.values:
            return _holds_of_none(node)
        return all(_judge(value, operator, right) for value in left.values)
    return _judge(left, operator, right)


def _compare_list(values: list[str], node: Comparison, right: Literal) -> bool:
    """Ask whether a value is among a list; the negative forms whether none is."""
    operator = node.operator
    if node.any_match:
        none = not values and operator == "=" and _is_nothing(right)
        return none or any(_judge(value, operator, right) for value in values)
    if operator in OPPOSITE:
        opposite = Comparison(node.left, OPPOSITE[operator], False, node.right, 0)
        return not _compare_list(values, opposite, right)
    if operator == "=" and _is_nothing(right) and not values:
        return True
    return any(_judge(value, operator, right) for value in values)


def _judge(left: object, operator: str, right: object) -> bool:
    if operator == "!~" and _text(right) is None:
        return False
    if operator in OPPOSITE:
        return not _judge(left, OPPOSITE[operator], right)
    if operator == "~":
        return _has(left, right)
    if isinstance(left, Literal) and isinstance(right, Literal):
        return _literals(left.value, operator, right.value)
    if isinstance(right, Literal):
        return _with_literal(left, operator, right.value)
    if isinstance(left, Document) or isinstance(right, Document):
        return _with_document(left, operator, right)
    return _values(left, operator, right)


def _literals(left: object, operator: str, right: object) -> bool:
    """Compare two literals: numbers as such, all else as texts."""
    if operator != "=" and (left is None or right is None):
        return False
    return _values(left, operator, right)


def _has(left: object, right: object) -> bool:
    """Search a text in another one, cases alike; `%` in a literal makes it a pattern."""
    text, wanted = _text(left), _text(right)
    if text is None or wanted is None:
        return False
    text, wanted = text.casefold(), wanted.casefold()
    if not isinstance(right, Literal):
        return wanted in text
    pieces = _pieces(wanted)
    if "%" in pieces:
        return _fits(text, pieces)
    return "".join(piece[-1] for piece in pieces) in text


def _pieces(pattern: str) -> list[str]:
    """Split a pattern into characters, each with the backslash that escapes it."""
    pieces = []
    while pattern:
        size = 2 if pattern[0] == "\\" and pattern[1:2] in ("%", "_", "\\") else 1
        pieces.append(pattern[:size])
        pattern = pattern[size:]
    return pieces


def _fits(text: str, pieces: list[str]) -> bool:
    reached = {0}
    for piece in pieces:
        if piece == "%":
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        else:
            reached = {
                at + 1
                for at in reached
                if at < len(text) and (piece == "_" or text[at] == piece[-1])
            }
    return len(text) in reached


def _text(value: object) -> str | None:
    """Return a value as the text in which the API shows it; None if it is missing or has none."""
    if isinstance(value, Literal):
        return None if value.value is None else _text(value.value)
    if isinstance(value, Document | Choice):
        return _text(value.value) if isinstance(value.value, str | int | float) else None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)


def _with_literal(left: Any, operator: str, value: Any) -> bool:
    if isinstance(left, Document):
        return _in_document(left.value, operator, value)
    if value in (None, "") and operator == "=":
        return left is None or _text(left) == ""
    if value == "" and not isinstance(left, str | Choice):
        return False
    if left is None:
        return False
    if isinstance(left, Choice):
        if operator == "=":
            return bool(left.value == value)
        places = {choice: place for place, choice in enumerate(left.choices)}
        return _ordered(places[left.value], operator, places.get(value, -1))
    return _values(left, operator, _as_kind_of(left, value))


def _as_kind_of(left: object, value: object) -> Any:
    """Read a literal as a value of the kind of what it is compared with."""
    if isinstance(left, datetime) and isinstance(value, str):
        year, month, day, *_rest = [*value.split("-"), "1", "1"]
        is_partial = len(value) <= 10
        return (
            datetime(int(year), int(month), int(day), tzinfo=UTC)
            if is_partial
            else datetime.fromisoformat(value)
        )
    if isinstance(left, int | float) and isinstance(value, str):
        return float(value)
    if isinstance(left, UUID) and isinstance(value, str):
        return UUID(value) if len(value) == 36 else UUID(int=0)
    return _text(value) if isinstance(left, str) else value


def _in_document(inner: object, operator: str, value: object) -> bool:
    """Compare only what is of the literal's own kind."""
    if operator == "=" and value is None:
        return inner is None
    kinds = (str,) if isinstance(value, str) else (int, float)
    if not isinstance(inner, kinds):
        return False
    return _ordered(inner, operator, value)


def _with_document(left: object, operator: str, right: object) -> bool:
    """Compare a value of a document with another one, of the same kind: numbers, or texts."""
    one, other = (
        value.value if isinstance(value, Document) else _plain(value) for value in (left, right)
    )
    if one is None and other is None:
        return operator == "="
    for kind in ((int, float), (str,)):
        if isinstance(one, kind) and isinstance(other, kind):
            return _ordered(one, operator, other)
    return False


def _ordered(left: object, operator: str, right: object) -> bool:
    return bool(left == right) if operator == "=" else ORDER[operator](left, right)


def _plain(value: object) -> Any:
    return value if isinstance(value, int | float | str) or value is None else _text(value)


def _values(left: object, operator: str, right: object) -> bool:
    """Compare two values: numbers and moments as such, choices in their order, else as texts."""
    if isinstance(left, Choice) and isinstance(right, Choice) and left.choices == right.choices:
        left, right = left.choices.index(left.value), right.choices.index(right.value)
    for kind in ((int, float), (datetime,), (UUID,)):
        if isinstance(left, kind) and isinstance(right, kind):
            return _ordered(left, operator, right)
    one, other = _text(left), _text(right)
    if operator == "=":
        return (one or "") == (other or "")
    return one is not None and other is not None and _ordered(one, operator, other)


def _called(call: Call, row: Row) -> Any:
    values = [_operand(argument, row) for argument in call.args]
    plain = [value.value if isinstance(value, Literal | Document) else value for value in values]
    if call.name == "strftime":
        form, moment = plain
        return moment.astimezone(UTC).strftime(form) if moment else ""
    if not all(isinstance(value, int | float) for value in plain):
        return None
    lon_a, lat_a, lon_b, lat_b = map(math.radians, plain)
    across = math.sin((lat_b - lat_a) / 2) ** 2
    along = math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 6371 * 2 * math.asin(min(1.0, math.sqrt(across + along)))
