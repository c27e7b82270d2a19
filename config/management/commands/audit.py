"""`manage.py audit`: whether a package that is locked has a known vulnerability.

The versions of `uv.lock` are looked up in a service that speaks the protocol of https://osv.dev,
whose data are those that pip-audit uses. Reading the answer needs nothing but the standard library,
so it can run wherever there is a network.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, override
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.management.base import BaseCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping, Sequence

    from resources.json_text import JsonObject

SERVICE = "https://api.osv.dev"
SECONDS = 20
AT_ONCE = 500
VULNERABLE, UNREACHABLE = 1, 3
"""Exit statuses: something is known, and nothing could be found out."""


class Command(BaseCommand):
    """Asks about all packages at once."""

    help = "Look up the packages of uv.lock in the database of vulnerabilities osv.dev."
    requires_system_checks = ()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--service", default=SERVICE, help="address of the service")

    @override
    def handle(self, *args: object, service: str, **options: object) -> None:
        packages = locked_packages()
        try:
            found = known_vulnerabilities(service, packages)
        except (URLError, OSError, ValueError) as failure:
            self.stderr.write(f"unreachable: {service} ({failure})")
            self.stderr.write(f"Nothing is known about the {len(packages)} packages of uv.lock.")
            raise SystemExit(UNREACHABLE) from failure
        accepted = accepted_vulnerabilities()
        for package, ids in found.items():
            for each in ids:
                self.stdout.write(f"{package}: {each}  {accepted.get(each, 'not explained')}")
        if any(each not in accepted for ids in found.values() for each in ids):
            raise SystemExit(VULNERABLE)
        self.stdout.write(f"{len(packages)} packages: nothing that is not explained.")


def locked_packages() -> list[tuple[str, str]]:
    """Return name and version of every package of the lock file that came from a registry."""
    content = tomllib.loads((settings.BASE_DIR / "uv.lock").read_text(encoding="utf-8"))
    return [
        (package["name"], package["version"])
        for package in content["package"]
        if "registry" in package["source"]
    ]


def accepted_vulnerabilities() -> Mapping[str, str]:
    """Return what has been looked into, with why it does no harm here (`tool.holobase.audit`)."""
    content = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    accepted: Mapping[str, str] = content["tool"].get("holobase", {}).get("audit", {})
    return accepted


def known_vulnerabilities(
    service: str, packages: Sequence[tuple[str, str]]
) -> dict[str, list[str]]:
    """Return the ids of what is known, by package; raises OSError or ValueError."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(packages), AT_ONCE):
        part = packages[start : start + AT_ONCE]
        results = _asked(service, part)["results"]
        for (name, version), result in zip(part, results, strict=True):
            if vulnerabilities := (result or {}).get("vulns"):
                found[f"{name} {version}"] = [each["id"] for each in vulnerabilities]
    return found


def _asked(service: str, packages: Sequence[tuple[str, str]]) -> JsonObject:
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in packages
    ]
    request = Request(  # noqa: S310 - the operator's choice
        f"{service}/v1/querybatch",
        json.dumps({"queries": queries}).encode(),
        {"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the operator's choice
        answered: JsonObject = json.load(answer)
        return answered
