"""Numbers in documents are stored and answered as they were sent, or refused; never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.contract.test_conditional_requests import MERGE_PATCH, dana, send

if TYPE_CHECKING:
    from tests.contract.test_conditional_requests import Send
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

__all__ = ["dana", "send"]

EXACT = (0, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1)
BEYOND = (str(2**64), str(-(2**63) - 1), "9" * 30, "9" * 5000, "1e400", "-1e400", "NaN", "Infinity")


def template(number: str) -> bytes:
    schema = f'{{"type": "object", "properties": {{"hp": {{"maximum": {number}}}}}}}'
    return f'{{"title": "Dragon", "slots": {schema}}}'.encode()


def most_in(content: bytes) -> object:
    return json.loads(content)["slots"]["properties"]["hp"]["maximum"]


@pytest.mark.parametrize("number", EXACT)
def test_a_whole_number_of_64_bits_is_kept_exactly(dana: Persona, send: Send, number: int) -> None:
    me = {"Authorization": dana.authorization, "Content-Type": "application/json"}
    created = send("POST", "/api/v1/templates", me, template(str(number)))
    assert created.status_code == 201, created.content
    path = f"/api/v1/templates/{created.json()['id']}"
    for kind in ("application/json", MERGE_PATCH):
        headers = {**me, "Content-Type": kind}
        changed = send("PATCH", path, headers, template(str(number)))
        assert (changed.status_code, most_in(changed.content)) == (200, number)
    assert most_in(send("GET", path, me).content) == number


@pytest.mark.parametrize("number", BEYOND)
def test_a_number_that_would_be_changed_is_refused(dana: Persona, send: Send, number: str) -> None:
    me = {"Authorization": dana.authorization, "Content-Type": "application/json"}
    assert send("POST", "/api/v1/templates", me, template(number)).status_code == 400
    created = send("POST", "/api/v1/templates", me, template("1"))
    path = f"/api/v1/templates/{created.json()['id']}"
    for kind in ("application/json", MERGE_PATCH):
        headers = {**me, "Content-Type": kind}
        assert send("PATCH", path, headers, template(number)).status_code == 400
    assert most_in(send("GET", path, me).content) == 1


@pytest.mark.parametrize("number", ["1e308", "0.1", "1.7976931348623157e308", "5e-324"])
def test_a_fraction_is_kept_as_a_double(dana: Persona, send: Send, number: str) -> None:
    me = {"Authorization": dana.authorization, "Content-Type": "application/json"}
    created = send("POST", "/api/v1/templates", me, template(number))
    assert created.status_code == 201, created.content
    # PostgreSQL writes all the zeros of 1e308: the same number to whoever reads it as a double.
    assert json.loads(created.content, parse_int=float)["slots"] == {
        "type": "object",
        "properties": {"hp": {"maximum": float(number)}},
    }


@pytest.mark.parametrize("number", ["9" * 30, "1e400", "-1e999"])
def test_a_filter_by_such_a_number_is_an_answer_or_refused(
    dana: Persona, send: Send, number: str
) -> None:
    me = {"Authorization": dana.authorization}
    dana.creates("cards", title="Dragon", effects={"preset": "holo", "intensity": 0.5})
    for words in (f"effects.intensity>{number}", f"effects.intensity={number}"):
        answer = send("GET", f"/api/v1/cards?filter={words}", me)
        assert answer.status_code == 400 or answer.json()["results"] == [], answer.content
