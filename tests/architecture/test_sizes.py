"""Files, classes and functions stay small, and what is banned stays out."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import Source, all_sources

FILE_LINES = 400
CLASS_LINES = 200
FUNCTION_LINES = 50
LINES_PER_SUPPRESSION = 1000

BANNED_MODULES = {"util", "utils", "helper", "helpers", "common", "misc", "base", "manager"}
READS_ENVIRONMENT = {"config/env.py"}

SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:|ruff:|mypy:)", re.IGNORECASE)
EXPLAINED = re.compile(
    r"# noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S.*"
    r"|# type: ignore\[[\w-]+(, ?[\w-]+)*\]  # \S.*"
    r"|# pragma: no (cover|branch) - \S.*"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_a_contributor_cannot_write_a_long_file() -> None:
    lengths = {source.name: len(source.text.splitlines()) for source in all_sources()}

    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_a_contributor_cannot_write_a_long_class() -> None:
    assert list(_longer_than(CLASS_LINES, ast.ClassDef)) == []


def test_a_contributor_cannot_write_a_long_function() -> None:
    assert list(_longer_than(FUNCTION_LINES, ast.FunctionDef, ast.AsyncFunctionDef)) == []


def test_a_contributor_cannot_import_inside_a_function() -> None:
    assert [
        f"{source.name}:{inner.lineno}"
        for source in all_sources()
        for outer in ast.walk(source.tree)
        if isinstance(outer, Function)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ] == []


def test_a_contributor_cannot_give_a_module_a_name_that_says_nothing() -> None:
    # Django looks for a database backend in a module of this name.
    given_by_django = {"server/postgresql/base.py", "server/sqlite/base.py"}
    assert [
        source.name
        for source in all_sources()
        if source.name not in given_by_django
        and BANNED_MODULES.intersection(source.name.removesuffix(".py").split("/"))
    ] == []


def test_a_contributor_cannot_suppress_a_warning_without_code_and_reason() -> None:
    assert [where for where, comment in _suppressions() if not EXPLAINED.search(comment)] == []


def test_a_contributor_cannot_suppress_more_than_one_warning_per_thousand_lines() -> None:
    lines = sum(len(source.text.splitlines()) for source in all_sources())
    suppressed = [where for where, _ in _suppressions()]

    assert len(suppressed) <= lines // LINES_PER_SUPPRESSION, suppressed


def test_a_contributor_cannot_read_the_environment_past_the_one_reader() -> None:
    assert [
        f"{source.name}:{line}"
        for source in all_sources()
        if source.name not in READS_ENVIRONMENT and source.is_product
        for line in _environment_reads(source)
    ] == []


def _longer_than(limit: int, *kinds: type[ast.ClassDef | Function]) -> Iterator[str]:
    for source in all_sources():
        for node in ast.walk(source.tree):
            if isinstance(node, kinds) and node.end_lineno:
                lines = node.end_lineno - node.lineno + 1
                if lines > limit:
                    yield f"{source.name}:{node.lineno} {node.name} has {lines} lines"


def _suppressions() -> Iterator[tuple[str, str]]:
    suspected = [source for source in all_sources() if SUPPRESSION.search(source.text)]
    for source in suspected:
        for line, comment in source.comments():
            if SUPPRESSION.search(comment):
                yield f"{source.name}:{line} {comment}", comment


def _environment_reads(source: Source) -> Iterator[int]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv"):
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (node.lineno for name in node.names if name.name in ("environ", "getenv"))
