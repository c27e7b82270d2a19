"""`./holo faults partners`: what clients get while a partner is killed, refuses or hangs."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx

from chaos.partners.load import PATIENCE, Load, lost_in_the_end
from chaos.partners.report import table
from chaos.partners.topologies import embedded, on_servers
from chaos.partners.trials import HEAD, Outcome, Probe, readiness, trials
from tests.mailed import mailed_code

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from chaos.partners.topologies import Topology
    from chaos.partners.trials import Trial

REPORT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- partners -->\n", "<!-- /partners -->\n"
PROFILE = {"email": "me@example.com", "username": "newcomer", "password": "a long secret 9"}
GUEST = {"email": "guest@example.com", "username": "visitor", "password": "a long secret 9"}
"""Who signs in again and again under load, which ends the oldest sessions of an account."""
READY_SECONDS = 120.0
SETTLED_SECONDS = 2.5
CONDITIONS = """\
# Partners that fail

One process of the product (`serve`, role `all`) with its worker, {cores} cores for it, its partners
and the clients, Python {python}. Five requests a second (a list, a record, a write, a sign-in, an
upload in turn) while each partner is killed and started again at once, refuses connections for
{seconds:.0f} s, hangs (SIGSTOP) for {seconds:.0f} s. *Meanwhile* is until the partner answers
again, *after* until everything has been good for {settled} s. *Worker again* is when a picture that
was uploaded after that had been described in the background. A write is lost if it was answered
with 201 and is not there in the end. Made by `./holo faults partners --write`.

"""


def main(arguments: Sequence[str]) -> int:
    """Run the test; return the exit status."""
    options = _options(arguments)
    report, problems = "", []
    for name, topology in (("embedded", embedded), ("servers", on_servers)):
        if name not in options.on:
            continue
        with _folder() as folder, topology(Path(folder)) as served:
            outcomes = run(served, options.seconds, options.faults)
            bugs = served.bugs()
        report += f"## On {served.name}\n\n{table(HEAD, outcomes)}\n"
        problems += [problem for outcome in outcomes for problem in outcome.problems] + bugs
    sys.stdout.write(report)
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    if options.write and not problems:
        _write(_conditions(options.seconds) + report)
    return 1 if problems else 0


def run(topology: Topology, seconds: float, faults: Collection[str] = ()) -> list[Outcome]:
    """Cause all faults, or those asked for, one after the other; return what came of each."""
    sign_up(topology, GUEST)
    load = Load(topology.product.address, GUEST, sign_up(topology, PROFILE))
    load.start()
    _wait_until_ready(load)
    wanted = [
        trial
        for trial in trials(topology, seconds)
        if not faults or f"{trial.partner} {trial.fault}" in faults
    ]
    try:
        return [_outcome(load, trial) for trial in wanted]
    except TimeoutError:
        sys.stderr.write(topology.product.log.read_text()[-20_000:])
        raise
    finally:
        load.stop()


def sign_up(topology: Topology, profile: dict[str, str]) -> str:
    """Open an account by the code that the worker mails; return its token."""
    with httpx.Client(base_url=f"http://{topology.product.address}/api/v1/", timeout=60) as client:
        proof = client.post("auth/register", json=profile).json()["proof"]
        sent = {"proof": proof, "code": mailed_code(topology.folder / "mail", profile["email"])}
        return str(client.post("auth/verify-email/confirm", json=sent).json()["access"])


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="holobase-partners-", ignore_cleanup_errors=True)


def _outcome(load: Load, trial: Trial) -> Outcome:
    sys.stderr.write(f"{trial.partner} {trial.fault}\n")
    probe = Probe(load.address)
    probe.start()
    began = monotonic()
    trial.cause()
    there_again = monotonic()
    probe.stop()
    ready = _wait_until_ready(load)
    described = _wait_until_described(load, there_again)
    after = load.between(there_again, monotonic())
    last_bad = max((each.began + each.seconds for each in after if not each.is_good), default=0.0)
    return Outcome(
        trial,
        load.between(began, there_again),
        after,
        probe.answers,
        max(ready, last_bad, there_again) - there_again,
        described - there_again,
        lost_in_the_end(load),
    )


def _wait_until_ready(load: Load) -> float:
    """Wait until everything has been good for a while; return since when `/readyz` says so."""
    until = monotonic() + READY_SECONDS
    since = 0.0
    while not since or not load.is_good_since(monotonic() - SETTLED_SECONDS):
        said = readiness(load.address)
        since = 0.0 if said.problem else since or said.began
        if monotonic() > until:
            raise TimeoutError(f"not ready again: {said}, {load.answers[-5:]}")
        sleep(0.1)
    return since


def _wait_until_described(load: Load, there_again: float) -> float:
    """Wait until the worker has described a picture uploaded since; return when it had."""
    until = monotonic() + READY_SECONDS
    with httpx.Client(base_url=f"http://{load.address}", timeout=PATIENCE) as client:
        while monotonic() < until:
            for write in [each for each in load.acknowledged if each.picture][-5:]:
                uploaded = write.at >= there_again
                card = client.get(f"/api/v1/cards/{write.record_id}") if uploaded else None
                if card and card.is_success and card.json()["front"]["blurhash"]:
                    return monotonic()
            sleep(0.1)
    raise TimeoutError("the worker does not work again")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo faults partners", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="how long a partner is away")
    parser.add_argument("--on", nargs="+", default=["embedded", "servers"])
    parser.add_argument("--faults", nargs="+", default=[], help="only these: 'Valkey hung' …")
    parser.add_argument("--write", action="store_true", help="write docs/faults.md")
    return parser.parse_args(arguments)


def _conditions(seconds: float) -> str:
    return CONDITIONS.format(
        cores=os.cpu_count(),
        python=platform.python_version(),
        seconds=seconds,
        settled=SETTLED_SECONDS,
    )


def _write(section: str) -> None:
    """Put the section in the place of the one before, or at the end."""
    before, _begin, rest = REPORT.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    REPORT.write_text(f"{before}{BEGIN}{section}{END}{after}")
