"""An operator learns that Python was built without optimisation, and only where that is known."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bench.report import replace_section
from config.python_build import SLOW, build_traits
from tests.config.setup_checks import does_not_arise, state
from tests.config.test_serve import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PYENV = {"CONFIG_ARGS": "'--prefix=/home/u/.pyenv/versions/3.13.0' '--enable-shared'"}
DEBIAN = {"CONFIG_ARGS": "'--enable-shared' '--prefix=/usr' 'CFLAGS=-g  -O2 '", "Py_DEBUG": 0}
DOCKER = {
    "CONFIG_ARGS": "'--build=x86_64-linux-gnu' '--enable-optimizations' '--with-lto'",
    "PY_CFLAGS_NODIST": "-fno-semantic-interposition -flto -fprofile-use -fprofile-correction",
    "PY_LDFLAGS_NODIST": "-fno-semantic-interposition -flto -g",
}
MACOS = {"PY_CFLAGS_NODIST": "-fprofile-instr-use=code.profclangd", "CONFIG_ARGS": "'-C'"}
FEDORA_DEBUG = {"CONFIG_ARGS": "'--prefix=/usr' '--with-pydebug'", "Py_DEBUG": 1}
FREE_THREADED = {**DOCKER, "Py_GIL_DISABLED": 1}


@pytest.mark.parametrize(
    ("variables", "traits", "is_slow"),
    [
        (PYENV, ["built without PGO"], True),
        (DEBIAN, [], False),
        (DOCKER, ["PGO", "LTO"], False),
        (MACOS, ["PGO"], False),
        (FEDORA_DEBUG, ["debug"], True),
        (FREE_THREADED, ["PGO", "LTO", "free-threaded"], True),
        ({}, [], False),
    ],
)
def test_it_is_read_from_what_configure_was_told(
    variables: dict[str, object], traits: list[str], *, is_slow: bool
) -> None:
    assert build_traits(variables) == traits
    assert bool(SLOW & set(traits)) is is_slow


def test_the_doctor_warns_of_a_slow_one_and_is_silent_where_nobody_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built = PYENV
    monkeypatch.setattr("sysconfig.get_config_vars", lambda: built)
    assert state("python_build") == ("warn", "built without PGO")
    built = DOCKER
    assert state("python_build") == ("ok", "PGO, LTO")
    built = {}
    assert does_not_arise("python_build")


def test_a_benchmark_says_how_its_interpreter_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.md"
    report.touch()
    monkeypatch.setattr("sysconfig.get_config_vars", lambda: DOCKER)
    monkeypatch.setattr("platform.python_version", lambda: "3.13.5")
    replace_section("http", "HTTP", [], report)
    assert "Python 3.13.5 (PGO, LTO).\n" in report.read_text()


def test_the_program_can_ask_an_interpreter_that_has_no_packages() -> None:
    command = [sys.executable, "-IS", str(ROOT / "config/python_build.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", int(bool(SLOW & set(build_traits()))))
