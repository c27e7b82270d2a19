"""Secrets come from the operating system's randomness, never from a generator with a seed."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, all_sources

# The demo's pictures are to be the same each time.
DRAWN_FROM_A_SEED = {
    "cards/share/surfaces.py",
    "demo/artwork.py",
    "demo/community.py",
    "demo/month.py",
}


def test_a_contributor_cannot_make_secrets_that_can_be_foretold() -> None:
    product = [source for source in all_sources() if source.is_product]

    assert {source.name for source in product if "random" in _imports(source)} == DRAWN_FROM_A_SEED


def _imports(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]
