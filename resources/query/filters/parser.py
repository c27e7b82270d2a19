"""PocketBase's filter grammar and a NOT, with errors that say what is wrong and where.

filter  := expr (join expr)*        join := && | ||, && binding tighter
expr    := operand sign operand | "(" filter ")" | "!" "(" filter ")"
operand := name | number | text | name "(" operand ("," operand)* ")"
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from resources.byte_cache import byte_cached
from resources.query.filters.lexer import Token, decoded, tokens
from resources.query.filters.macros import MACROS
from resources.query.filters.nodes import (
    Call,
    Comparison,
    FilterSyntaxError,
    Identifier,
    Junction,
    Literal,
    Macro,
    Node,
    Operand,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_EXPRESSIONS = 200
MOST_BYTES = 3500
TREE_BYTES = 2 * 1024 * 1024
"""Memory for filters that were read."""
BYTES_OF_LETTER = 60
DEEPEST_GROUP = 50
DEEPEST_CALL = 3
CONSTANTS = {"null": ("null", None), "true": ("bool", True), "false": ("bool", False)}


@byte_cached(TREE_BYTES, lambda text: BYTES_OF_LETTER * len(text))
def parse(text: str) -> Node:
    """Read a filter expression; raises FilterSyntaxError with the 1-based character."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        message = _("A filter has %(most)d bytes at most.") % {"most": MOST_BYTES}
        raise FilterSyntaxError("too_long", message, 1)
    if "\x00" in text:
        message = _("Null characters are not allowed.")
        raise FilterSyntaxError("invalid", message, text.index("\x00") + 1)
    parser = _Parser(text)
    node = parser.filter(depth=0)
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.place = 0
        self.expressions = 0
        self.literals = count()

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.token
        self.place += token.kind != "end"
        return token

    def accept(self, kind: str, text: str) -> bool:
        if (self.token.kind, self.token.text) != (kind, text):
            return False
        self.take()
        return True

    def expect_end(self) -> None:
        if self.token.kind != "end":
            message = _("Expected && or || before “%s”.") % self.token.text
            raise FilterSyntaxError("expected_join", message, self.token.position)

    def filter(self, depth: int) -> Node:
        groups = [[self.expression(depth)]]
        while self.token.kind == "join":
            if self.take().text == "||":
                groups.append([])
            groups[-1].append(self.expression(depth))
        return _junction("or", [_junction("and", group) for group in groups])

    def expression(self, depth: int) -> Node:
        self.expressions += 1
        start = self.token
        if self.expressions > MOST_EXPRESSIONS:
            message = _("A filter has %(most)d conditions at most.") % {"most": MOST_EXPRESSIONS}
            raise FilterSyntaxError("too_many", message, start.position)
        if self.accept("mark", "("):
            return self.group(start, depth + 1)
        if self.accept("not", "!"):
            return self.negation(depth)
        left = self.operand(0)
        return self.comparison(left, start)

    def group(self, start: Token, depth: int) -> Node:
        if depth > DEEPEST_GROUP:
            message = _("Parentheses nest %(most)d deep at most.") % {"most": DEEPEST_GROUP}
            raise FilterSyntaxError("too_deep", message, start.position)
        node = self.filter(depth)
        if not self.accept("mark", ")"):
            raise self.unexpected(_("Expected “)” or a further condition."), "expected_close")
        return node

    def negation(self, depth: int) -> Node:
        start = self.token
        if not self.accept("mark", "("):
            raise self.unexpected(_("Expected “(” after “!”."), "expected_open")
        return Junction("not", (self.group(start, depth + 1),))

    def comparison(self, left: Operand, start: Token) -> Comparison:
        if self.token.kind != "sign":
            message = _("Expected an operator such as = or ~ after “%s”.") % start.text
            raise self.unexpected(message, "expected_operator")
        sign = self.take().text
        right = self.operand(0)
        return Comparison(left, sign.removeprefix("?"), sign.startswith("?"), right, start.position)

    def operand(self, depth: int) -> Operand:
        token = self.token
        if token.kind == "number":
            self.take()
            number = float(token.text) if "." in token.text else int(token.text)
            return Literal("number", number, token.position, next(self.literals))
        if token.kind == "text":
            self.take()
            return Literal("text", decoded(token), token.position, next(self.literals))
        if token.kind != "name":
            raise self.unexpected(_("Expected a field, a number or a text."), "expected_operand")
        self.take()
        if self.accept("mark", "("):
            return self.call(token, depth + 1)
        return _named(token, self.literals)

    def call(self, name: Token, depth: int) -> Call:
        if depth > DEEPEST_CALL:
            message = _("Functions nest %(most)d deep at most.") % {"most": DEEPEST_CALL}
            raise FilterSyntaxError("too_deep", message, name.position)
        arguments: list[Operand] = []
        while not self.accept("mark", ")"):
            if arguments and not self.accept("mark", ","):
                raise self.unexpected(_("Expected “,” or “)”."), "expected_close")
            arguments.append(self.operand(depth))
        return Call(name.text, tuple(arguments), name.position)

    def unexpected(self, message: str, code: str) -> FilterSyntaxError:
        return FilterSyntaxError(code, message, self.token.position)


def _junction(connector: str, children: list[Node]) -> Node:
    return children[0] if len(children) == 1 else Junction(connector, tuple(children))


def _named(token: Token, numbers: Iterator[int]) -> Operand:
    """Tell constants, macros and fields apart."""
    text = token.text
    constant = CONSTANTS.get(text.lower())
    if constant:
        return Literal(*constant, token.position, next(numbers))
    if text.startswith("@"):
        return _macro(token, numbers)
    name, _colon, modifier = text.partition(":")
    is_whole = not text.endswith((".", ":")) and "." not in modifier and ":" not in modifier
    path = tuple(name.split("."))
    if not is_whole or not all(path) or text in ("_", "#"):
        message = _("“%s” is no name of a field.") % text
        raise FilterSyntaxError("bad_name", message, token.position)
    if modifier and modifier not in ("isset", "changed", "length", "each", "lower"):
        message = _("There is no modifier “:%s”.") % modifier
        raise FilterSyntaxError("unknown_modifier", message, token.position)
    return Identifier(path, modifier or None, text, token.position)


def _macro(token: Token, numbers: Iterator[int]) -> Macro:
    if token.text in MACROS:
        return Macro(token.text, token.position, next(numbers))
    if token.text.startswith(("@request.", "@collection.")):
        message = _("“%s” is for rules; a filter can't use it.") % token.text
        raise FilterSyntaxError("not_for_clients", message, token.position)
    message = _("There is no macro “%s”.") % token.text
    raise FilterSyntaxError("unknown_macro", message, token.position)
