"""The tree of a filter expression, and the errors it can have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator


class FilterSyntaxError(ValueError):
    """A filter that can't be read: a code, what is wrong, and the 1-based character."""

    def __init__(self, code: str, message: str, position: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position


class FilterValueError(ValueError):
    """A literal that can't be compared with what stands beside it.

    `parameter` names the query parameter if it did not come from the filter expression.
    """

    def __init__(self, code: str, message: str, position: int | None, parameter: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name with dots, and at most one modifier: `creator.username:lower`."""

    path: tuple[str, ...]
    modifier: str | None
    text: str
    position: int

    @property
    def shape(self) -> Hashable:
        """Return what decides the SQL."""
        return ("name", self.path, self.modifier)

    @property
    def literals(self) -> tuple[Literal | Macro, ...]:
        """Return the literals inside, in order."""
        return ()


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, truth or null; `index` counts literals in order of appearance.

    A parameter can also hold a `list` of texts, one of which a column must equal.
    """

    kind: str
    value: Any
    position: int
    index: int = 0
    parameter: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether this is null or the empty text, which are equal."""
        return self.value is None or self.value == ""

    @property
    def shape(self) -> Hashable:
        """Return what decides the SQL: the kind, not the value."""
        if self.kind == "list":
            return ("literal", "list", "" in self.value)
        return ("literal", "empty" if self.value == "" else self.kind)

    @property
    def literals(self) -> tuple[Literal | Macro, ...]:
        """Return the literals inside, in order."""
        return (self,)


NUMBERS = frozenset({"@second", "@minute", "@hour", "@weekday", "@day", "@month", "@year"})


@dataclass(frozen=True, slots=True)
class Macro:
    """A moment named relative to now: `@todayStart`."""

    name: str
    position: int
    index: int = 0

    @property
    def is_number(self) -> bool:
        """Return whether this is a part of the date, such as `@year`, rather than a moment."""
        return self.name in NUMBERS

    @property
    def shape(self) -> Hashable:
        """Return what decides the SQL."""
        return ("macro", self.is_number)

    @property
    def literals(self) -> tuple[Literal | Macro, ...]:
        """Return the literals inside, in order."""
        return (self,)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of names and literals."""

    name: str
    args: tuple[Operand, ...]
    position: int

    @property
    def shape(self) -> Hashable:
        """Return what decides the SQL."""
        return ("call", self.name, tuple(argument.shape for argument in self.args))

    @property
    def literals(self) -> tuple[Literal | Macro, ...]:
        """Return the literals inside, in order."""
        return tuple(part for argument in self.args for part in argument.literals)


type Operand = Identifier | Literal | Macro | Call


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and an operator; `any_match` for the `?` forms."""

    left: Operand
    operator: str
    any_match: bool
    right: Operand
    position: int

    @property
    def shape(self) -> Hashable:
        """Return what decides the SQL: of two literals their values, since the answer is known."""
        if isinstance(self.left, Literal) and isinstance(self.right, Literal):
            return (
                self.operator,
                self.left.value,
                self.right.value,
                self.left.kind,
                self.right.kind,
            )
        return (self.operator, self.any_match, self.left.shape, self.right.shape)

    @property
    def literals(self) -> tuple[Literal | Macro, ...]:
        """Return the literals inside, in order."""
        return self.left.literals + self.right.literals


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by `and` or by `or`; or `not` with the one that must not hold."""

    connector: str
    children: tuple[Node, ...]

    @property
    def shape(self) -> Hashable:
        """Return what decides the SQL."""
        return (self.connector, *(child.shape for child in self.children))

    @property
    def literals(self) -> tuple[Literal | Macro, ...]:
        """Return the literals inside, in order."""
        return tuple(part for child in self.children for part in child.literals)


type Node = Comparison | Junction


def numbered(node: Node) -> Node:
    """Return the same tree with its literals counted anew, from 0 in order of appearance."""
    counted: Node = _numbered(node, iter(range(len(node.literals))))
    return counted


def _numbered(part: object, numbers: Iterator[int]) -> Any:
    if isinstance(part, Literal | Macro):
        return replace(part, index=next(numbers))
    if isinstance(part, Call):
        return replace(part, args=tuple(_numbered(inner, numbers) for inner in part.args))
    if isinstance(part, Junction):
        children = tuple(_numbered(child, numbers) for child in part.children)
        return replace(part, children=children)
    if isinstance(part, Comparison):
        left = _numbered(part.left, numbers)
        return replace(part, left=left, right=_numbered(part.right, numbers))
    return part
