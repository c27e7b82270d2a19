"""The OpenAPI document: committed, complete, and true of every answer."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular import validation
from drf_spectacular.renderers import OpenApiYamlRenderer
from hypothesis import given
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import tests.fuzz.media_types  # noqa: F401 - how schemathesis writes pieces of uploads
from realtime.event_stream import PATH
from realtime.streams import SOCKET_PATH
from resources import registry
from resources.declaration import VERBS
from resources.http.openapi.operations import operation_id
from resources.rules import NOBODY
from tests.contract.document import openapi_document
from tests.fuzz.running import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.json_text import JsonObject
    from tests.personas import Persona

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
SPECIFICATION = Path(validation.__file__).with_name("openapi_3_1_schema.json")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OF_WHOLE_RECORDS = (response_schema_conformance,)
MODES = (GenerationMode.NEGATIVE, GenerationMode.POSITIVE)

served = schemathesis.openapi.from_dict(deepcopy(openapi_document()))
served.app = get_wsgi_application()
# Streams are no views of Django: tests/realtime has them.
document = served.exclude(path=[PATH, SOCKET_PATH])
# Collecting fails where something is no operation.
FOUND: list[Any] = list(document.get_all_operations())
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in FOUND)}


@pytest.fixture
def lasting_connection(db: None) -> Iterator[None]:
    """Keep the test's connection open between requests, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_contributor_can_see_contract_changes_in_review() -> None:
    written = OpenApiYamlRenderer().render(openapi_document(), renderer_context={}).decode()
    # When the contract should change: manage.py spectacular --file docs/openapi.yaml
    assert written == SNAPSHOT.read_text()


def test_a_frontend_developer_can_trust_that_the_document_is_valid() -> None:
    document = yaml.load(SNAPSHOT.read_text(), yaml.CSafeLoader)
    jsonschema_rs.validate(json.loads(SPECIFICATION.read_text()), document)


def test_a_frontend_developer_can_trust_every_example() -> None:
    """A body's example is what its schema takes; each body has one."""
    document = openapi_document()
    schemas: JsonObject = {}
    examples: JsonObject = {}
    for operation in (each for path in document["paths"].values() for each in path.values()):
        answers = {key: each for key, each in operation["responses"].items() if key[0] == "2"}
        for key, body in {"request": operation.get("requestBody", {}), **answers}.items():
            content = body.get("content", {}).get("application/json")
            if content is None:
                continue
            name = f"{operation['operationId']} {key}"
            schemas[name] = content["schema"]
            examples[name] = resolved(document, content["examples"]["example"])["value"]
    assert len(examples) > 100
    # One schema for all: each that is compiled takes all components with it.
    whole = {"properties": schemas, "components": document["components"]}
    wrong = jsonschema_rs.validator_for(whole).iter_errors(examples)
    assert sorted({str(error.instance_path[0]) for error in wrong}) == []


def resolved(document: JsonObject, part: JsonObject) -> JsonObject:
    """Return what a part of the document refers to, or itself."""
    for name in part.get("$ref", "#")[2:].split("/"):
        document = document[name] if name else part
    return document


def test_a_frontend_developer_can_find_every_open_verb() -> None:
    operations = {
        operation["operationId"]
        for path in openapi_document()["paths"].values()
        for operation in path.values()
    }
    for resource in registry.all_resources():
        for verb in VERBS:
            name = operation_id(resource.name, verb)
            is_open = resource.rule(verb) is not NOBODY or name == "exports.create"
            assert (name in operations) is is_open, name


@pytest.mark.strict
@pytest.mark.parametrize("label", OPERATIONS)
def test_a_member_cannot_make_any_operation_break_its_word(
    label: str, alice: Persona, lasting_connection: None
) -> None:
    wrong, right = (OPERATIONS[label].as_strategy(generation_mode=mode) for mode in MODES)

    # Schemathesis' boundary values come with `./holo fuzz`: they are a hundred for each operation.
    @examples(2)
    @given(case=right | wrong)
    def keeps_its_word(case: schemathesis.Case[Any]) -> None:
        # What `fields` leaves out is not there, which a schema can't say of its required keys.
        narrowed = "fields" in (case.query or {})
        checks = [check for check in CHECKS if not (narrowed and check in OF_WHOLE_RECORDS)]
        case.call_and_validate(headers={"Authorization": alice.authorization}, checks=checks)

    keeps_its_word()
