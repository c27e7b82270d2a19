"""The profiler: off unless it is switched on, and for admins alone."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from config.profiler import one_at_a_time
from tests.client import Browser

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona


def wait_in_a_thread_with_a_name(over: Event) -> None:
    over.wait()


def test_an_admin_sees_what_threads_do_while_it_is_switched_on(
    admin: Persona, moderator: Persona, settings: Settings
) -> None:
    def profile(persona: Persona) -> tuple[int, str]:
        browser = Browser()
        assert persona.user is not None
        browser.force_login(persona.user)
        answer = browser.get("/admin/profile/?seconds=0")
        return answer.status_code, answer.content.decode()

    assert profile(admin)[0] == 404
    settings.PROFILING = True
    assert profile(moderator)[0] == 403
    with one_at_a_time:
        assert profile(admin)[0] == 409
    over = Event()
    thread = Thread(target=wait_in_a_thread_with_a_name, args=[over], name="watched")
    thread.start()
    browser = Browser()
    assert admin.user is not None
    browser.force_login(admin.user)
    stacks = browser.get("/admin/profile/?seconds=1").content.decode()
    over.set()
    thread.join()
    (line,) = [line for line in stacks.splitlines() if line.startswith("watched;")]
    assert f"{__name__}.wait_in_a_thread_with_a_name;" in line
    assert int(line.rpartition(" ")[2]) > 1
