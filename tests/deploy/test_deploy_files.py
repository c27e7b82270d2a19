"""What `deploy/` says is true of the product: its packages, variables, roles and metrics."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from config.env import ROLES
from tests.architecture.sources import ROOT
from tests.client import Browser

DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SERVES_NOT = {"bench", "chaos", "clients", "data", "deploy", "findings", "tests"}
OF_OTHERS = {
    "POSTGRES_PASSWORD",
    "POSTGRES_SHARED_BUFFERS",
    "GRAFANA_PASSWORD",
    "TURN_REALM",
    "HOLOBASE_IMAGE",
    "HTTP_PORT",
    "DATABASE_HOST",
}
METRIC = re.compile(r"holobase_[a-z_]+|django_http_[a-z_]+")


def test_the_image_holds_every_package_that_serves() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - SERVES_NOT
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\w+) \./\1$", dockerfile, re.MULTILINE))
    assert copied == packages


def test_the_image_has_the_python_twice_the_same() -> None:
    bases = re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.1[2-4]\.\d+-slim-\w+", bases[0])


def test_every_variable_of_the_compose_file_is_in_the_handbook() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    set_here = set(services["api"]["environment"])
    assert {name for name in set_here if f"`{name}`" not in OPERATIONS} == set()
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    unknown = {name for name in asked - OF_OTHERS if f"`{name}`" not in OPERATIONS}
    assert unknown == set()


def test_every_secret_that_compose_needs_is_in_the_example() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    example = (DEPLOY / "env.example").read_text()
    assert {name for name in needed if not re.search(rf"^{name}=", example, re.MULTILINE)} == set()


def test_there_are_connections_for_all_processes_twice() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    processes = [service for service in services.values() if "--role" in service.get("command", [])]
    number = sum(service.get("deploy", {}).get("replicas", 1) for service in processes)
    (pool,) = re.findall(r"^\| `DATABASE_POOL` \| (\d+)", OPERATIONS, re.MULTILINE)
    needed = 2 * int(pool) * number
    (most,) = re.findall(r"max_connections=(\d+)", " ".join(services["postgresql"]["command"]))
    pooled = int(services["pgbouncer"]["environment"]["DEFAULT_POOL_SIZE"])
    assert needed <= pooled < int(most)


def test_processes_have_roles_that_there_are() -> None:
    files = [DEPLOY / "compose.yaml", *(DEPLOY / "kubernetes").glob("*.yaml")]
    roles = {
        role for file in files for role in re.findall(r"serve, --role, (\w+)", file.read_text())
    }
    assert roles == set(ROLES) - {"all"}


@pytest.mark.django_db
def test_dashboard_and_alerts_ask_for_metrics_that_there_are() -> None:
    exposed = Browser().get("/metrics").content.decode()
    there = set(METRIC.findall(exposed))
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "holobase.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked = set(METRIC.findall("".join(expressions)))
    asked |= set(METRIC.findall((DEPLOY / "prometheus" / "alerts.yml").read_text()))
    # A day without cards has no ratio.
    assert asked - there == {"holobase_community_card_completion_ratio"}
