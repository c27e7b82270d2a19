"""What docs/security.md says is so: its proofs exist, its rows are all there, its numbers hold."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings

from config.settings import PASSWORD_CONTEXT_WORDS
from resources.http.actor_cache import ACTOR_CACHE_BYTES
from resources.http.futile_queries import LETTERS, LETTERS_PER_SECOND, SHORT
from resources.query import cost
from resources.query.filters.naming import DEEPEST_PATH
from resources.query.filters.parser import (
    DEEPEST_CALL,
    DEEPEST_GROUP,
    MOST_BYTES,
    MOST_EXPRESSIONS,
    TREE_BYTES,
)
from resources.query.list_query import LONGEST_SEARCH
from resources.query.ordering import MOST_SORTS
from resources.query.parsing import LONGEST_INLINE_QUERY, MOST_PARAMETERS, QUERY_BYTES
from resources.query.plans import PLAN_BYTES
from resources.query.selection import DEEPEST_EXPAND, MOST_EXPANDED_RECORDS, MOST_PATHS
from server.costly_lane import MOST_JOBS, PATIENCE
from server.network_turns import NETWORKS_SHARE
from server.url_limit import LONGEST_URL
from tests.architecture.sources import ROOT, all_sources
from users.services.login_throttle import CODE_ATTEMPTS, WINDOW
from users.services.proofs import LIFETIMES, MOST_FAILURES
from users.services.sessions import MOST_SESSIONS
from users.urls import urlpatterns

DOCUMENT = ROOT / "docs" / "security.md"
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \|", re.MULTILINE)
SETTING = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| `(?P<default>[^`]+)` \|", re.MULTILINE)
LIMIT = re.compile(r"^(?:MOST|THROTTLE|GUESSES)_|_LIMIT$")
ALL = 253
"""Requirements of levels 1 and 2."""
WITHOUT_PROOF = ("not met", "not applicable")
# OWASP ASVS 5.0.0: how many requirements of levels 1 and 2 each section has, which come first.
SECTIONS = {
    "1.1": 2,
    "1.2": 9,
    "1.3": 11,
    "1.4": 3,
    "1.5": 2,
    "2.1": 3,
    "2.2": 3,
    "2.3": 4,
    "2.4": 1,
    "3.2": 2,
    "3.3": 4,
    "3.4": 6,
    "3.5": 5,
    "3.7": 2,
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
    "11.1": 2,
    "11.2": 3,
    "11.3": 3,
    "11.4": 4,
    "11.5": 1,
    "11.6": 1,
    "12.1": 3,
    "12.2": 2,
    "12.3": 4,
    "13.1": 1,
    "13.2": 5,
    "13.3": 2,
    "13.4": 5,
    "14.1": 2,
    "14.2": 4,
    "14.3": 3,
    "15.1": 3,
    "15.2": 3,
    "15.3": 7,
    "16.1": 1,
    "16.2": 5,
    "16.3": 4,
    "16.4": 3,
    "16.5": 3,
    "17.1": 1,
    "17.2": 4,
    "17.3": 2,
}


def test_every_test_that_is_named_exists() -> None:
    named = set(PROOF.findall(_text()))

    assert len(named) > 100
    assert named - set(_tests({file for file, _test in named})) == set()


def test_nothing_that_looks_like_a_proof_is_misspelled() -> None:
    assert _text().count("::") == len(PROOF.findall(_text()))


def test_every_requirement_has_one_row() -> None:
    required = [f"{name}.{n}" for name, most in SECTIONS.items() for n in range(1, most + 1)]

    assert ROW.findall(_text()) == required
    assert len(required) == ALL


def test_every_row_has_a_proof_or_says_why_not() -> None:
    rows = [line.strip("| ").split("|") for line in _text().splitlines() if ROW.match(line)]

    assert {len(row) for row in rows} == {len(("number", "level", "asks for", "how", "proof"))}
    assert [
        number
        for number, _level, _asks, _how, proof in rows
        if not PROOF.search(proof) and not proof.strip().startswith(WITHOUT_PROOF)
    ] == []


def test_every_attack_has_a_test() -> None:
    _before, _heading, rest = _text().partition("## Attacks")
    rows = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| ")]

    assert len(rows) > 20
    assert [row for row in rows[1:] if not PROOF.search(row)] == []


def test_defaults_are_those_of_the_settings() -> None:
    written = dict(SETTING.findall(_text()))

    assert len(written) > 10
    assert written == {name: default for name, default in _defaults() if name in written}


def test_no_limit_is_left_out() -> None:
    written = dict(SETTING.findall(_text()))

    assert [name for name, _default in _defaults() if LIMIT.search(name)] != []
    assert [
        name for name, _default in _defaults() if LIMIT.search(name) and name not in written
    ] == []


def test_fixed_numbers_are_those_of_the_code() -> None:
    minutes = {purpose: int(life.total_seconds() / 60) for purpose, life in LIFETIMES.items()}

    assert list(minutes.values()) == [24 * 60, 30, 60, 10]
    assert (MOST_FAILURES, CODE_ATTEMPTS, WINDOW, MOST_SESSIONS) == (5, 5, 15 * 60, 50)
    assert settings.SESSION_COOKIE_AGE == 12 * 60 * 60


def test_what_a_read_may_cost_is_that_of_the_code() -> None:
    points = [cost.COMPARISON, cost.MEMBERSHIP, cost.SCAN, cost.PATTERN, cost.STEP]
    more = [cost.BACK_RELATION, cost.FUNCTION, cost.SEARCH, cost.COUNT, cost.SORT, cost.EXPANSION]

    assert (cost.MOST_POINTS, cost.CHOICES, cost.PATTERN_CHARACTERS) == (500, 10, 10)
    assert (points, more) == ([1, 5, 20, 10, 5], [20, 10, 20, 20, 1, 1])
    assert cost.RANDOM == 40
    assert (MOST_BYTES, MOST_EXPRESSIONS, DEEPEST_GROUP, DEEPEST_CALL) == (3500, 200, 50, 3)
    assert (DEEPEST_PATH, MOST_PARAMETERS, MOST_PATHS, MOST_SORTS) == (6, 50, 100, 8)
    assert (DEEPEST_EXPAND, MOST_EXPANDED_RECORDS, cost.RECORDS) == (5, 100, 30)
    assert (LONGEST_SEARCH, LONGEST_URL) == (200, 8_192)


def test_what_costly_reads_are_held_to_is_that_of_the_code() -> None:
    mebibytes = [PLAN_BYTES, QUERY_BYTES, TREE_BYTES, ACTOR_CACHE_BYTES]

    assert (MOST_JOBS, PATIENCE, NETWORKS_SHARE) == (16, 5, 2)
    assert (LETTERS, LETTERS_PER_SECOND, SHORT) == (10_000, 2_000, 100)
    assert (cost.CHEAP, LONGEST_INLINE_QUERY) == (15, 500)
    assert [size // 2**20 for size in mebibytes] == [8, 4, 2, 4]


def test_the_words_that_no_password_may_consist_of_are_listed() -> None:
    assert f"*{', '.join(PASSWORD_CONTEXT_WORDS)}*" in _text()


def test_no_way_in_is_left_out() -> None:
    routes = [
        str(pattern.pattern).replace("<str:provider>", "{provider}") for pattern in urlpatterns
    ]

    assert [route for route in routes if f"`{route}`" not in _text()] == []


@cache
def _text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def _tests(files: set[str]) -> Iterator[tuple[str, str]]:
    for source in all_sources():
        for node in ast.walk(source.tree) if source.name in files else ():
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield source.name, node.name


def _defaults() -> Iterator[tuple[str, str]]:
    """Yield the variables of config/settings.py with the defaults written beside them."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("env.integer", "env.text"):
            name, default = [ast.unparse(argument).strip("'") for argument in node.args]
            yield name, default
