"""Where a process spends its time: samples of what its threads are doing, for an admin to fetch.

Nothing is measured until somebody asks. A thread then looks a hundred times a second at the stacks
of all others; the result is text that flame graph programs read (speedscope, flamegraph.pl), a line
for each stack: `outermost;…;innermost count`.
"""

from __future__ import annotations

import sys
from collections import Counter
from threading import Lock, get_ident
from threading import enumerate as living_threads
from time import monotonic, sleep
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.views import View

from resources.admin.records import is_admin

if TYPE_CHECKING:
    from types import FrameType

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest

EVERY_SECONDS = 0.01
LONGEST_SECONDS = 60
USUAL_SECONDS = 10
one_at_a_time = Lock()


def sampled_stacks(seconds: float) -> Counter[str]:
    """Return how often each stack of another thread was seen in so many seconds."""
    seen: Counter[str] = Counter()
    end = monotonic() + seconds
    while monotonic() < end:
        names = {thread.ident: thread.name for thread in living_threads()}
        frames = sys._current_frames().items()
        seen.update(
            _stack(names.get(ident, "?"), frame) for ident, frame in frames if ident != get_ident()
        )
        sleep(EVERY_SECONDS)
    return seen


def _stack(thread: str, innermost: FrameType) -> str:
    frames: list[str] = []
    frame: FrameType | None = innermost
    while frame:
        frames.append(f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}")
        frame = frame.f_back
    return ";".join([thread, *reversed(frames)])


class ProfileView(View):
    """`GET /admin/profile/?seconds=10`: the stacks, to admins while `PROFILING` is on."""

    admin_site: AdminSite | None = None

    def get(self, request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """Watch this process for a while."""
        if not is_admin(request):
            raise PermissionDenied
        if not settings.PROFILING:
            raise Http404
        given = request.GET.get("seconds", "")
        seconds = int(given) if given.isdecimal() and len(given) < 4 else USUAL_SECONDS
        if not one_at_a_time.acquire(blocking=False):
            return HttpResponse("Somebody else is watching.\n", "text/plain", status=409)
        try:
            stacks = sampled_stacks(min(seconds, LONGEST_SECONDS))
        finally:
            one_at_a_time.release()
        lines = [f"{stack} {count}\n" for stack, count in stacks.most_common()]
        return HttpResponse("".join(lines), "text/plain; charset=utf-8")
