"""The TypeScript client: its own tests, which start a server of their own, and its packages."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from tests import node
from tests.clients.frame_types import frame_types
from tests.clients.packages import SOURCE, npm
from tests.contract.document import openapi_document
from tests.realtime.protocol import document

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.embedded

REGISTRY = "https://registry.npmjs.org/"


def test_the_client_hears_what_a_served_holobase_tells(
    client: Path, server_of_tests: dict[str, str]
) -> None:
    tested = npm(client, "run", "test:built", **server_of_tests)
    assert tested.returncode == 0, tested.stdout
    assert re.search(r"^. pass [1-9]", tested.stdout, re.MULTILINE), "node found no test"


def test_the_clients_frames_are_those_of_the_document() -> None:
    assert (SOURCE / "src" / "frames.ts").read_text() == frame_types()


def test_the_clients_resources_are_those_of_the_document(client: Path, tmp_path: Path) -> None:
    """What `holobase-types` writes of a server's document is what the client has."""
    (tmp_path / "openapi.json").write_text(json.dumps(openapi_document()))
    written = subprocess.run(
        [node.NODE, client / "dist" / "cli" / "main.js", tmp_path / "openapi.json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert written.stdout == (SOURCE / "src" / "schema.ts").read_text()


def test_the_document_is_asyncapi_by_the_schema_of_its_makers(client: Path) -> None:
    published = client / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
    validator = jsonschema_rs.Draft7Validator(json.loads(published.read_text()))
    told = json.loads(json.dumps(document()))
    assert [error.message for error in validator.iter_errors(told)] == []
    told["operations"]["ping"]["action"] = "hear"
    assert not validator.is_valid(told)


def test_the_packages_are_pinned_and_come_from_the_public_registry() -> None:
    """A lock without addresses leaves the registry to npm, which then is the public one."""
    packages = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    asked = json.loads((SOURCE / "package.json").read_text())["devDependencies"]
    for name, version in asked.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    for package in (found for name, found in packages.items() if name):
        assert package["integrity"].startswith("sha512-")
        assert package.get("resolved", REGISTRY).startswith(REGISTRY)
