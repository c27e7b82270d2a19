"""The running application over one row of everything, and who may ask it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from files.storage import set_up_storage
from resources import registry
from resources.errors import Problem
from tests.contract.examples import example_row, give_templates_a_version
from tests.fuzz.running import STATUSES_VARIABLE
from tests.fuzz.service import Service, statuses
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.service import Answer, Sent
    from tests.personas import Persona


def pytest_sessionfinish() -> None:
    """Write down what was answered, for the report of a long run."""
    report = os.environ.get(STATUSES_VARIABLE)
    if report:
        Path(report).write_text(json.dumps(statuses))


@dataclass(frozen=True)
class World:
    """The application, and what there is in it: a row's id by resource, and who may ask."""

    service: Service
    ids: dict[str, str]
    people: dict[str, Persona]

    def ask(self, sent: Sent, who: str = "") -> Answer:
        """Send a request as somebody, or as nobody; `<cards>` in it becomes the id of a card.

        Whoever was signed out by it comes back.
        """
        sent = self._filled(sent)
        person = self.people.get(who)
        if person is None:
            return self.service.ask(sent)
        given = (b"authorization", person.authorization.encode())
        answer = self.service.ask(replace(sent, headers=[*sent.headers, given]))
        if answer.status in (401, 403) and not is_welcome(person):
            self.people[who] = new_member(f"{who}{uuid4().hex[:8]}", roles=ROLES.get(who, ()))
        return answer

    def _filled(self, sent: Sent) -> Sent:
        path, query = self.filled(sent.path), self.filled(sent.query)
        return replace(sent, path=path, query=query, chunks=tuple(map(self.filled, sent.chunks)))

    def filled[T: (str, bytes)](self, text: T) -> T:
        """Put ids in the place of `<cards>` and the like."""
        for name, record_id in self.ids.items():
            if isinstance(text, bytes):
                text = text.replace(b"<%b>" % name.encode(), record_id.encode())
            else:
                text = text.replace(f"<{name}>", record_id)
        return text


def is_welcome(person: Persona) -> bool:
    """Tell whether somebody's token still lets them in."""
    try:
        return bool(person.actor.id)
    except Problem:
        return False


ROLES = {"admin": ("admin", "moderator")}


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    """Fill every resource and run the application over it."""
    set_up_storage()
    people = {
        name: new_member(name, roles=ROLES.get(name, ())) for name in ("alice", "bob", "admin")
    }
    alice = people["alice"]
    ids = {one.name: str(example_row(one, owner=alice).pk) for one in registry.all_resources()}
    give_templates_a_version()
    with Service() as service:
        yield World(service, ids, people)
