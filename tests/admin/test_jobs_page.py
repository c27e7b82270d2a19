"""Background jobs in the admin and live: how far they are, cancelling and trying again."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from resources.jobs import queue
from resources.jobs.declaration import job
from resources.jobs.outcomes import PermanentFailure
from resources.jobs.runner import run_job
from resources.models import Job
from tests.admin.desks import at_desk, list_of, page_of
from tests.realtime.conftest import Live, signed_in
from tests.working import run_due

if TYPE_CHECKING:
    from resources.jobs.context import JobContext
    from tests.client import Browser
    from tests.personas import Persona

BUTTON = re.compile(r'<option value="(post_\w+)"[^>]*>([^<]+)</option>')
PROGRESS = re.compile(r'<progress [^>]*value="(\d+)" max="(\d+)"')
PRESSED = {"refused": True}


@job(is_tracked=True)
def paints(context: JobContext, strokes: int) -> int:
    """Paint, stroke by stroke."""
    return context.for_each(range(strokes), lambda _number: None, name="strokes")


@job()
def hangs_up(reason: str) -> None:
    """Fail for good, unless it is no longer refused."""
    if PRESSED["refused"]:
        raise PermanentFailure(reason)


def presses(browser: Browser, button: str, row: Job) -> str:
    """Choose a row of the list and press a button; returns the page that follows."""
    page = browser.get(list_of(Job)).content.decode()
    named = {words: name for name, words in BUTTON.findall(page)}
    chosen = {"action": named[button], "_selected_action": str(row.pk)}
    answer = browser.post(list_of(Job), chosen, follow=True)
    text: str = answer.content.decode()
    return text


def test_an_admin_sees_how_far_jobs_are_and_cancels_and_retries_them(
    admin: Persona, moderator: Persona
) -> None:
    PRESSED["refused"] = True
    painting = Job.objects.get(pk=paints.enqueue(4).id)
    failing = Job.objects.get(pk=hangs_up.enqueue("No line.").id)
    run_due(hangs_up)
    queue.write(painting, {"done": 1, "total": 4, "text": "the sky"})

    desk = at_desk(admin)
    page = desk.get(list_of(Job)).content.decode()
    assert PROGRESS.findall(page) == [("1", "4")]
    assert "the sky" in page
    assert "PermanentFailure: No line." in page
    assert "Traceback" in desk.get(page_of(failing)).content.decode()
    assert at_desk(moderator).get(list_of(Job)).status_code == 403

    assert "Done for 1 record." in presses(desk, "cancel", painting)
    assert "ended already" in presses(desk, "cancel", painting)
    PRESSED["refused"] = False
    assert "Done for 1 record." in presses(desk, "try again", failing)
    run_due(hangs_up)
    for row in (painting, failing):
        row.refresh_from_db()
    assert (painting.state, failing.state, failing.error) == ("cancelled", "done", "")


def test_a_member_hears_how_far_a_job_is(transactional_db: None, alice: Persona) -> None:
    key = paints.asked_by(alice.actor).enqueue(3).id

    async def go() -> None:
        live = await signed_in(alice)
        assert (await live.subscribe(f"jobs/{key}"))["type"] == "subscribed"
        row = await Job.objects.aget(pk=key)
        await sync_to_async(queue.hold)(row, "worker")
        assert (await live.receive())["record"]["state"] == "running"
        await sync_to_async(run_job)(row)
        heard = await _until_over(live)
        assert (heard["state"], heard["done"], heard["total"]) == ("done", 3, 3)
        await live.close()

    asyncio.run(go())


async def _until_over(live: Live) -> Any:
    """Return a job as it is heard of when it is done."""
    while (heard := (await live.receive())["record"])["state"] != "done":
        pass
    return heard
