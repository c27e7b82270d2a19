"""The Python files of the project, parsed once, for the tests of its shape."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {"migrations", "data", "node_modules"}
BESIDE_THE_PRODUCT = {"bench", "chaos", "tests"}


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """Return the path inside the project."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def is_product(self) -> bool:
        """Whether it runs where Holobase is deployed."""
        return self.name.split("/")[0] not in BESIDE_THE_PRODUCT

    @cached_property
    def text(self) -> str:
        """Return the content."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Return the syntax tree."""
        return ast.parse(self.text, self.name)

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield each comment with the number of its line."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


@cache
def all_sources() -> tuple[Source, ...]:
    """Return every file that people write, tests included, in order of path."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
    return tuple(
        Source(ROOT / path)
        for path in sorted(found)
        if not any(part in GENERATED or part.startswith(".") for part in path.parts)
    )
