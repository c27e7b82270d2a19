"""`./holo test`: the gates beside the suite on the embedded backends, then on the real servers."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Never, override

from tests import servers
from tests.browsers import BrowserProblem, install_browser
from tests.cells import BOTH_HALVES_VARIABLE, EVERY_CELL_VARIABLE
from tests.clients.packages import PackagesProblem, client_packages
from tests.environment import require_usable_settings
from tests.migrated import FOLDER_VARIABLE, TEMPLATE_VARIABLE, migrate, migrated_folder
from tests.plugin import REPORT_VARIABLE

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 3
"""One more than there are processors: many tests wait for servers and browsers."""
FAST = "--fast"
EVERY_CELL = "--every-cell"
# Each worker begins with half of the tests as they stand: what a file shares is started once.
SHARED_OUT = ("-n", str(WORKERS), "--dist", "worksteal")
SLOWEST = "--durations=20"
TEMPLATE = "migrated"
BACKEND_VARIABLES = ("DATABASE_URL", "REDIS_URL", "S3_")
SLOWING_VARIABLES = ("PYTHONDONTWRITEBYTECODE",)
DEPLOYED = {
    "USE_TLS": "true",
    "ALLOWED_HOSTS": "holobase.example",
    "MAIL_URL": "smtp://mail.example",
}


@dataclass(frozen=True)
class Outcome:
    """What came of one part of the run; `is_good` also knows of failures outside any test."""

    name: str
    is_good: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    output: str = ""

    @override
    def __str__(self) -> str:
        verdict = "ok" if self.is_good else "FAILED"
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        tests = counts if self.passed + self.failed + self.skipped else ""
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
    is_whole = not pytest_arguments and FAST not in arguments  # then is asked what is covered
    measured = ["--cov", "--cov-report="] if is_whole else []
    migrated = _folder()
    with (
        migrated as os.environ[FOLDER_VARIABLE],
        ExitStack() as stack,
        ThreadPoolExecutor(1) as beside,
    ):
        # What the tests leave idle of the processors is for the gates, and to start the servers.
        gates = beside.submit(run_gates, gate_commands())
        started = beside.submit(start_servers, stack) if FAST not in arguments else None
        outcomes = [
            prepare("browser", install_browser),
            prepare("packages of npm", client_packages),
            prepare("migrations", migrated_folder),
        ]
        outcomes.append(run_embedded([*measured, *pytest_arguments]))
        if started:
            appended = ["--cov-append"] if is_whole else []
            outcomes.append(run_on_servers(started, [*measured, *appended, *pytest_arguments]))
        outcomes[:0] = gates.result()
        if is_whole:
            outcomes += run_gates(coverage_commands())
    return summarise(outcomes)


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


def coverage_commands() -> dict[str, list[str]]:
    """Return the command that checks each floor of the coverage."""
    report = [sys.executable, "-m", "coverage", "report"]
    return {
        "coverage >= 96 %": [*report, "--fail-under=96"],
        "coverage of the engine >= 98 %": [*report, "--include=resources/*", "--fail-under=98"],
    }


def prepare(name: str, step: Callable[[], object]) -> Outcome:
    """Do once what several tests would want to do at the same time."""
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
    with _folder() as folder, ThreadPoolExecutor(WORKERS) as pool:
        environment = _environment({"HOLOBASE_DATA": folder, **DEPLOYED})
        gates = [partial(_run_gate, *gate, environment) for gate in commands.items()]
        for outcome in pool.map(lambda gate: gate(), gates):
            outcomes.append(outcome)
            _say(f"\n{outcome}")
            if not outcome.is_good:
                _say(outcome.output)
    return outcomes


def run_embedded(pytest_arguments: Sequence[str]) -> Outcome:
    """Run the suite on SQLite, local disk and memory."""
    return _run_pytest("SQLite + disk + memory", pytest_arguments, _environment({}))


def start_servers(stack: ExitStack) -> dict[str, str]:
    """Start real servers, which live as long as the stack; return the variables that lead to them.

    Raises ServerProblem.
    """
    variables = stack.enter_context(servers.everything())
    for worker in range(WORKERS):  # publish/subscribe ignores database numbers
        variables[f"REDIS_URL_GW{worker}"] = stack.enter_context(servers.valkey())
        # Some tests empty theirs.
        variables[f"S3_BUCKET_GW{worker}"] = servers.new_bucket(variables, f"gw{worker}-tests")
    template = servers.new_database(variables["DATABASE_URL"], TEMPLATE)
    migrate({"DATABASE_URL": template, "HOLOBASE_DATA": stack.enter_context(_folder())})
    return {**variables, TEMPLATE_VARIABLE: TEMPLATE}


def run_on_servers(started: Future[dict[str, str]], pytest_arguments: Sequence[str]) -> Outcome:
    """Run the suite on real servers once they are started."""
    name = "PostgreSQL + Valkey + S3"
    try:
        return _run_pytest(name, pytest_arguments, _environment(started.result()))
    except (servers.ServerProblem, subprocess.CalledProcessError) as problem:
        _say(str(problem))
        return Outcome(name, is_good=False, seconds=0.0, failed=1)


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
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(name, not done.returncode, monotonic() - started, output=done.stdout)


def _run_pytest(name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    _say(f"\n=== {name}")
    started = monotonic()
    command = [sys.executable, "-m", "pytest", *SHARED_OUT, SLOWEST, *arguments]
    with _folder() as folder:
        report = Path(folder, "counts.json")
        # With TMPDIR in there too, nothing stays behind even when the tests are killed.
        variables = {**environment, "TMPDIR": folder, REPORT_VARIABLE: str(report)}
        done = subprocess.run(command, env=variables, check=False)
        counts = json.loads(report.read_text()) if report.exists() else {}
    return Outcome(name, not done.returncode, monotonic() - started, **counts)


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
