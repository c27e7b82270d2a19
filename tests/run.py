"""`./holo test`: the suite on the embedded backends, on the real servers beside it, and the gates.

Where a test waits for a server or a browser, the other half and the gates have the processors.
"""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic
from typing import IO, Never, override

import pytest

from tests import servers
from tests.browsers import BrowserProblem, install_browser
from tests.cells import BOTH_HALVES_VARIABLE, EVERY_CELL_VARIABLE
from tests.clients.packages import PackagesProblem, client_packages
from tests.environment import require_usable_settings
from tests.migrated import FOLDER_VARIABLE, TEMPLATE_VARIABLE, migrate, migrated_folder
from tests.plugin import REPORT_VARIABLE

ROOT = Path(__file__).resolve().parent.parent
GATES_AT_ONCE = 3
EMBEDDED, ON_SERVERS = range(3), range(3, 5)
"""The workers of both halves: by the number each has ports, a Valkey and a bucket of its own.

There are more than processors, as many tests wait; the embedded half has more tests.
"""
EMBEDDED_NAME, ON_SERVERS_NAME = "SQLite + disk + memory", "PostgreSQL + Valkey + S3"
FAST = "--fast"
EVERY_CELL = "--every-cell"
# Each worker begins with its part of the tests as they stand: what a file shares is started once.
SHARED_OUT = "--dist=worksteal"
SLOWEST = "--durations=20"
COVERAGE = ".coverage"
POLL_SECONDS = 0.1
TEMPLATE = "migrated"
BACKEND_VARIABLES = ("DATABASE_URL", "REDIS_URL", "S3_")
SLOWING_VARIABLES = ("PYTHONDONTWRITEBYTECODE",)
_is_over = Event()
DEPLOYED = {
    "USE_TLS": "true",
    "ALLOWED_HOSTS": "holobase.example",
    "MAIL_URL": "smtp://mail.example",
}


@dataclass(frozen=True)
class Outcome:
    """What came of one part of the run; `is_good` also knows of failures outside any test.

    `is_empty` is a half of the suite that found no test to run.
    """

    name: str
    is_good: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    output: str = ""
    is_empty: bool = False

    @property
    def has_tests(self) -> bool:
        """Tell whether any test was run."""
        return bool(self.passed + self.failed + self.skipped)

    @override
    def __str__(self) -> str:
        verdict = "ok" if self.is_good else "FAILED"
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        tests = counts if self.has_tests else "nothing to run" if self.is_empty else ""
        return f"{self.name:<42} {verdict:<6} {self.seconds:6.1f} s  {tests}".rstrip()


def main(arguments: Sequence[str]) -> int:
    """Run everything, or all but the real servers with --fast; return the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    os.chdir(ROOT)
    pytest_arguments = [each for each in arguments if each not in (FAST, EVERY_CELL)]
    if EVERY_CELL in arguments:
        os.environ[EVERY_CELL_VARIABLE] = "1"
    if FAST not in arguments:
        os.environ[BOTH_HALVES_VARIABLE] = "1"
    with _folder() as os.environ[FOLDER_VARIABLE]:
        if FAST in arguments:
            outcomes = run_fast(pytest_arguments)
        elif pytest_arguments:
            outcomes = with_one_half_enough(run_both(pytest_arguments))
        else:  # then is asked what is covered
            outcomes = run_both(["--cov", "--cov-report="])
            outcomes += run_coverage()
    return summarise(outcomes)


def run_fast(pytest_arguments: Sequence[str]) -> list[Outcome]:
    """Run the suite on the embedded backends, with the gates beside it."""
    with ThreadPoolExecutor() as beside, _all_ended():
        gates = beside.submit(run_gates, gate_commands())
        outcomes = prepare_all()
        outcomes.append(run_embedded(EMBEDDED, pytest_arguments))
        return [*gates.result(), *outcomes]


def run_both(pytest_arguments: Sequence[str]) -> list[Outcome]:
    """Run both halves of the suite, with the gates beside them."""
    with ExitStack() as stack, ThreadPoolExecutor() as beside, _all_ended():
        gates = beside.submit(run_gates, gate_commands())
        on_servers = beside.submit(run_on_servers, stack, pytest_arguments)
        outcomes = prepare_all()
        outcomes.append(run_embedded(EMBEDDED, pytest_arguments))
        return [*gates.result(), *outcomes, on_servers.result()]


def with_one_half_enough(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Let a half be empty if the other has tests: what was named can be about one of them alone."""
    has_tests = any(outcome.has_tests for outcome in outcomes)
    return [
        replace(outcome, is_good=outcome.is_good or (outcome.is_empty and has_tests))
        for outcome in outcomes
    ]


def gate_commands() -> dict[str, list[str]]:
    """Return the command of each gate, the slowest first."""
    python, scripts = sys.executable, Path(sysconfig.get_path("scripts"))
    manage, ruff, briefly = [python, "manage.py"], [python, "-m", "ruff"], "--output-format=concise"
    return {
        "mypy": [python, "-m", "mypy", "."],
        "ruff format --check": [*ruff, "format", "--check", briefly, "."],
        "ruff check": [*ruff, "check", briefly, "."],
        "lint-imports": [python, str(scripts / "lint-imports")],
        "deptry": [python, "-m", "deptry", "."],
        "makemigrations --check": [*manage, "makemigrations", "--check", "--dry-run"],
        "check --deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }


def run_coverage() -> list[Outcome]:
    """Put together what the halves have covered, and check each floor of it."""
    coverage = [sys.executable, "-m", "coverage"]
    halves = map(str, Path(os.environ[FOLDER_VARIABLE]).glob(f"*{COVERAGE}"))
    _run([*coverage, "combine", "--quiet", *halves], os.environ)
    report = [*coverage, "report"]
    floors = {
        "coverage >= 96 %": [*report, "--fail-under=96"],
        "coverage of the engine >= 98 %": [*report, "--include=resources/*", "--fail-under=98"],
    }
    return run_gates(floors)


def prepare_all() -> list[Outcome]:
    """Do once, before the tests, what several of them would want to do at the same time."""
    return [
        prepare("compiled tests", compile_tests),
        prepare("browser", install_browser),
        prepare("packages of npm", client_packages),
        prepare("migrations", migrated_folder),
    ]


def compile_tests() -> None:
    """Have pytest compile the tests unless it has before, so that no worker has to.

    They read the same files at the same time, and so would each compile all of them.
    """
    if not any((ROOT / "tests" / "__pycache__").glob("conftest.*pytest*")):
        command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet"]
        with tempfile.TemporaryFile() as output:  # the run itself says what can't be collected
            _run(command, _environment({}), output)


def prepare(name: str, step: Callable[[], object]) -> Outcome:
    """Take one step, and return what came of it."""
    started = monotonic()
    try:
        step()
    except (BrowserProblem, PackagesProblem, subprocess.CalledProcessError) as problem:
        _say(str(problem))
        return Outcome(name, is_good=False, seconds=monotonic() - started)
    return Outcome(name, is_good=True, seconds=monotonic() - started)


def run_gates(commands: Mapping[str, Sequence[str]]) -> list[Outcome]:
    """Run the gates side by side and show what the failing ones say."""
    outcomes = []
    with _folder() as folder, ThreadPoolExecutor(GATES_AT_ONCE) as pool:
        environment = _environment({"HOLOBASE_DATA": folder, **DEPLOYED})
        gates = [partial(_run_gate, *gate, environment) for gate in commands.items()]
        for outcome in pool.map(lambda gate: gate(), gates):
            outcomes.append(outcome)
            _say(f"\n{outcome}")
            if not outcome.is_good:
                _say(outcome.output)
    return outcomes


def run_embedded(workers: Sequence[int], pytest_arguments: Sequence[str]) -> Outcome:
    """Run the suite on SQLite, local disk and memory, and show how it goes on."""
    _say(f"\n=== {EMBEDDED_NAME}")
    return _run_pytest(EMBEDDED_NAME, workers, pytest_arguments, _environment({}))


def start_servers(stack: ExitStack) -> dict[str, str]:
    """Start real servers, which live as long as the stack; return the variables that lead to them.

    Raises ServerProblem.
    """
    variables = stack.enter_context(servers.everything())
    for worker in ON_SERVERS:  # publish/subscribe ignores database numbers
        variables[f"REDIS_URL_GW{worker}"] = stack.enter_context(servers.valkey())
        # Some tests empty theirs.
        variables[f"S3_BUCKET_GW{worker}"] = servers.new_bucket(variables, f"gw{worker}-tests")
    template = servers.new_database(variables["DATABASE_URL"], TEMPLATE)
    migrate({"DATABASE_URL": template, "HOLOBASE_DATA": stack.enter_context(_folder())})
    return {**variables, TEMPLATE_VARIABLE: TEMPLATE}


def run_on_servers(stack: ExitStack, pytest_arguments: Sequence[str]) -> Outcome:
    """Run the suite on real servers, which live as long as the stack; show it once it is over."""
    name = ON_SERVERS_NAME
    try:
        environment = _environment(start_servers(stack))
    except (servers.ServerProblem, subprocess.CalledProcessError) as problem:
        _say(str(problem))
        return Outcome(name, is_good=False, seconds=0.0, failed=1)
    with tempfile.TemporaryFile() as output:
        outcome = _run_pytest(name, ON_SERVERS, pytest_arguments, environment, output)
        output.seek(0)
        _say(f"\n=== {name}\n{output.read().decode()}")
    return outcome


def summarise(outcomes: Sequence[Outcome]) -> int:
    """Print one line for each part and one for all; return the exit status."""
    _say("")
    for outcome in outcomes:
        _say(str(outcome))
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed or not outcome.is_good for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    _say(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def _run_gate(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    started = monotonic()
    with tempfile.TemporaryFile() as output:
        # What the tests leave idle of the processors is for the gates.
        status = _run(["nice", *command], environment, output)
        output.seek(0)
        said = output.read().decode()
    return Outcome(name, not status, monotonic() - started, output=said)


def _run_pytest(
    name: str,
    workers: Sequence[int],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    output: IO[bytes] | None = None,
) -> Outcome:
    started = monotonic()
    processes = [f"--tx=popen//id=gw{worker}" for worker in workers]
    command = [sys.executable, "-m", "pytest", *processes, SHARED_OUT, SLOWEST, *arguments]
    covered = Path(os.environ[FOLDER_VARIABLE], f"{workers[0]}{COVERAGE}")
    with _folder() as folder:
        report = Path(folder, "counts.json")
        # With TMPDIR in there too, nothing stays behind even when the tests are killed.
        own = {"TMPDIR": folder, REPORT_VARIABLE: str(report), "COVERAGE_FILE": str(covered)}
        status = _run(command, {**environment, **own}, output)
        counts = json.loads(report.read_text()) if report.exists() else {}
    is_empty = status == pytest.ExitCode.NO_TESTS_COLLECTED
    return Outcome(name, not status, monotonic() - started, **counts, is_empty=is_empty)


def _run(
    command: Sequence[str], environment: Mapping[str, str], output: IO[bytes] | None = None
) -> int:
    """Run a program to its end, or until this run is over; return its exit status."""
    errors = subprocess.STDOUT if output else None
    with subprocess.Popen(command, env=environment, stdout=output, stderr=errors) as process:
        try:
            while process.poll() is None and not _is_over.wait(POLL_SECONDS):
                pass
        finally:
            process.kill()
    return process.returncode


@contextmanager
def _all_ended() -> Iterator[None]:
    """End the programs of all threads when this one is interrupted."""
    try:
        yield
    except BaseException:
        _is_over.set()
        raise


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="holobase-run-", ignore_cleanup_errors=True)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment with these backends instead of the caller's."""
    dropped = (*BACKEND_VARIABLES, *SLOWING_VARIABLES)
    kept = {name: given for name, given in os.environ.items() if not name.startswith(dropped)}
    return {**kept, **variables}


def _interrupt(*_: object) -> Never:
    """Let a request to end stop the servers too, as Ctrl-C does."""
    raise KeyboardInterrupt


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    require_usable_settings()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
