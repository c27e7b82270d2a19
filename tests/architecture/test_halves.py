"""The suite is run in two halves, and says so when one of them has nothing to run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import run
from tests.cells import BOTH_HALVES_VARIABLE
from tests.migrated import FOLDER_VARIABLE
from tests.plugin import REPORT_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HALVES = (run.EMBEDDED_NAME, run.ON_SERVERS_NAME)


@pytest.fixture
def tests_of(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Run no program: each half finds as many tests as this says, all of which pass."""
    found = dict.fromkeys(HALVES, 0)

    def ran(_command: Sequence[str], environment: Mapping[str, str], *_output: object) -> int:
        name = run.ON_SERVERS_NAME if "DATABASE_URL" in environment else run.EMBEDDED_NAME
        counts = {"passed": found[name], "failed": 0, "skipped": 0}
        Path(environment[REPORT_VARIABLE]).write_text(json.dumps(counts))
        return 0 if found[name] else pytest.ExitCode.NO_TESTS_COLLECTED

    for name in (BOTH_HALVES_VARIABLE, FOLDER_VARIABLE):
        monkeypatch.setenv(name, "")  # and as it was again, whatever the run leaves there
    monkeypatch.chdir(run.ROOT)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(run, "_run", ran)
    monkeypatch.setattr(run, "start_servers", lambda _stack: {"DATABASE_URL": "postgresql://"})
    for part in ("prepare_all", "run_coverage"):
        monkeypatch.setattr(run, part, list)
    monkeypatch.setattr(run, "run_gates", lambda _commands: [])
    return found


@pytest.mark.parametrize("half", HALVES)
def test_a_contributor_can_name_tests_of_one_half(
    half: str, tests_of: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    tests_of[half] = 3
    assert run.main(["tests/architecture"]) == 0
    said = capsys.readouterr().out
    assert said.count("nothing to run") == 1
    assert "3 passed, 0 failed, 0 skipped" in said
    assert "FAILED" not in said


def test_a_contributor_who_names_no_test_at_all_is_told_so(tests_of: dict[str, int]) -> None:
    assert run.main(["tests/nowhere"]) == 1


@pytest.mark.parametrize("half", HALVES)
def test_a_whole_run_fails_if_a_half_has_no_test(half: str, tests_of: dict[str, int]) -> None:
    tests_of[half] = 3
    assert run.main([]) == 1


def test_a_whole_run_with_tests_in_both_halves_is_good(tests_of: dict[str, int]) -> None:
    tests_of.update(dict.fromkeys(HALVES, 3))
    assert run.main([]) == 0
