"""Every example of docs/guide/jobs.md, run as it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.conf import settings

from cards.models import Card
from resources import log_consumers
from resources.actors import SYSTEM
from resources.jobs.workflows import send_signal
from resources.models import Job
from tests.consuming import run_consumers
from tests.working import run_due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.personas import Persona

GUIDE = (Path(settings.BASE_DIR) / "docs" / "guide" / "jobs.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
NAME = "jobs_guide"


@pytest.fixture
def guide() -> Iterator[Any]:
    """Make a module of the examples, as a site's own `tasks.py` would have them."""
    module = ModuleType(NAME)
    sys.modules[NAME] = module
    exec("\n".join(EXAMPLES), vars(module))  # noqa: S102 - our own guide
    yield module
    del sys.modules[NAME]
    del log_consumers.consumers["workflow-prepare-print"]


def test_the_guides_job_and_workflow_do_what_it_says(guide: Any, alice: Persona) -> None:
    cards = [alice.creates("cards", title=title)["id"] for title in ("Dragon", "Moth")]
    guide.retire_cards.asked_by(alice.actor).enqueue(UUID(alice.id))
    assert run_due() == 1
    (told,) = alice.api.get("jobs").json()["results"]
    assert (told["state"], told["result"], told["done"]) == ("done", 2, 2)
    assert set(Card.objects.values_list("status", flat=True)) == {"archived"}

    printed = alice.creates("cards", title="Print me")["id"]
    guide.prepare_print.enqueue(UUID(printed), UUID(alice.id))
    assert run_due() == 1
    alice.api.patch(f"cards/{printed}", {"status": "published"})
    run_consumers("workflow-prepare-print")
    assert run_due() == 1
    job = Job.objects.get(name="prepare_print")
    assert Card.objects.get(pk=printed).description == "paper reserved"
    send_signal(job, by=SYSTEM, name="agreed")
    assert run_due() >= 2
    job.refresh_from_db()
    assert (job.state, job.text, len(cards)) == ("waiting", "sleep", 2)
