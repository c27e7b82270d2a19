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
    return tuple(Source(path) for path in sorted(_written_below(ROOT)))


def _written_below(root: Path) -> Iterator[Path]:
    """Walk past what is generated and hidden, such as the thousands of files of packages."""
    for folder, folders, files in root.walk():
        folders[:] = [one for one in folders if one not in GENERATED and not one.startswith(".")]
        yield from (folder / one for one in files if one.endswith(".py") and one[0] != ".")
