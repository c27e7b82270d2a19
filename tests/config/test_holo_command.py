"""`./holo` uses an interpreter that is prepared and runs, and looks for another if it does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.config.test_serve import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOUND_ELSEWHERE = ("python3.14", "python3.13", "python3.12", "python3", "python", "pyenv", "uv")


def program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a checkout whose packages are installed; its interpreter notes what it is to run."""
    for name in ("holo", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path)
    program(tmp_path / ".venv/bin/python", f'echo "$@" >>{tmp_path}/ran; env >{tmp_path}/env')
    with (tmp_path / "uv.lock").open("rb") as lock:
        summed = subprocess.run(["cksum"], stdin=lock, capture_output=True, text=True, check=True)
    (tmp_path / ".venv/.prepared").write_text(f"{summed.stdout.strip()} main\n")
    return tmp_path


def holo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `./holo` where no other interpreter works."""
    for name in FOUND_ELSEWHERE:
        program(folder / "elsewhere" / name, "exit 1")
    path = f"{folder / 'found'}:{folder / 'elsewhere'}:{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(folder / "holo"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_an_operator_with_a_prepared_interpreter_waits_for_nothing_else(folder: Path) -> None:
    done = holo(folder, "serve", "--port", "8000")
    assert (done.returncode, done.stderr) == (0, "")
    ran = (folder / "ran").read_text().splitlines()
    assert [line.strip() for line in ran] == ["-ISc", f"{folder}/manage.py serve --port 8000"]


def test_modules_are_compiled_once_also_in_a_container_that_says_otherwise(folder: Path) -> None:
    holo(folder, "serve")
    assert "PYTHONDONTWRITEBYTECODE" not in (folder / "env").read_text()


def test_an_interpreter_that_has_gone_is_not_taken_for_prepared(folder: Path) -> None:
    (folder / ".venv/bin/python").unlink()
    done = holo(folder, "serve")
    assert done.returncode == 1
    assert "needs Python 3.12" in done.stderr


def interpreter(folder: Path, name: str, *, is_slow: bool = False) -> None:
    """Add an interpreter that is new enough, says how it was built and can't make a `.venv`."""
    program(
        folder / "found" / name,
        f"""case "$*" in
            -Ic*) echo "$0" ;;
            *config/python_build.py) exit {int(is_slow)} ;;
            *) exit 1 ;;
        esac""",
    )


@pytest.mark.parametrize(
    ("slow", "chosen"),
    [
        ({"python3.14"}, "python3.12"),
        ({"python3.12"}, "python3.14"),
        ({"python3.14", "python3.12"}, "python3.14"),
        (set(), "python3.14"),
    ],
)
def test_the_first_interpreter_is_chosen_that_was_not_built_to_be_slow(
    folder: Path, slow: set[str], chosen: str
) -> None:
    shutil.rmtree(folder / ".venv")
    for name in ("python3.14", "python3.12"):
        interpreter(folder, name, is_slow=name in slow)
    done = holo(folder, "serve")
    assert done.stderr.startswith(f"holo: making .venv with {folder}/found/{chosen}\n")


def test_another_lock_file_is_installed_first(folder: Path) -> None:
    with (folder / "uv.lock").open("a") as lock:
        lock.write("# another release\n")
    done = holo(folder, "serve")
    assert done.returncode == 1
    assert "needs Python 3.12" in done.stderr  # as the stand-in can't say which one it is
    assert (folder / "ran").read_text().splitlines()[1].startswith("-Ic import sqlite3")
