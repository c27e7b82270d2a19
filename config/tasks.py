"""Housekeeping: what all apps have to do from time to time, whoever runs it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session as AdminSession
from django.utils import timezone

from backups.services import make_due_backup
from cards.services.art import hash_old_fronts
from community.services.inboxes import forget_old_notifications
from community.services.polls import close_due_polls
from community.services.ranking import forget_withdrawn, move_windows, rank_missing
from community.services.removal import delete_removed_content
from community.services.screening import forget_old_matches
from community.tasks.notifications import send_due_digests
from files.tasks import sweep_unused_files
from files.uploads.ending import sweep_expired_uploads
from resources import search
from resources.jobs.declaration import LATER, LONG, job
from resources.jobs.queue import forget_old_jobs
from resources.jobs.schedules import Interval, schedule
from resources.retention import fold_old_changes, forget_old_changes
from resources.writing.idempotency import forget_old_answers
from users.services.activity import forget_old_activity
from users.services.erasure import erase_due_members
from users.services.events import forget_old_events
from users.services.exports import drop_expired_exports
from users.services.proofs import forget_old_proofs
from users.services.sessions import forget_old_sessions
from users.services.trust import review_trust
from webhooks.services.delivering import forget_old_deliveries
from webhooks.tasks import wake_webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resources.jobs.context import JobContext

logger = logging.getLogger("holobase.house")

EVERY = timedelta(hours=1)
SEARCH_EVERY = timedelta(minutes=10)


def forget_admin_sessions() -> int:
    """Delete the admin's cookie sessions that have run out; returns their number."""
    count, _per_model = AdminSession.objects.filter(expire_date__lt=timezone.now()).delete()
    return count


CHORES: Mapping[str, Callable[[], int]] = {
    "backups": make_due_backup,
    "erased_members": erase_due_members,
    "removed_content": delete_removed_content,
    "expired_exports": drop_expired_exports,
    "expired_uploads": sweep_expired_uploads,
    "unused_files": sweep_unused_files,
    "hashed_pictures": hash_old_fronts,
    "old_answers": forget_old_answers,
    "old_changes": forget_old_changes,
    "folded_changes": fold_old_changes,
    "old_proofs": forget_old_proofs,
    "old_sessions": forget_old_sessions,
    "old_events": forget_old_events,
    "old_activity": forget_old_activity,
    "admin_sessions": forget_admin_sessions,
    "old_jobs": forget_old_jobs,
    "changed_trust": review_trust,
    "ranked_items": rank_missing,
    "moved_windows": move_windows,
    "withdrawn_items": forget_withdrawn,
    "due_polls": close_due_polls,
    "idle_webhooks": wake_webhooks,
    "old_deliveries": forget_old_deliveries,
    "old_screening_matches": forget_old_matches,
    "old_notifications": forget_old_notifications,
    "due_digests": send_due_digests,
}


@job(queue=LONG, time_limit=timedelta(hours=3))
def keep_house(context: JobContext) -> dict[str, int | None]:
    """Do every chore, whatever becomes of the others; return their counts, None if one failed."""
    counts: dict[str, int | None] = {}
    for name, chore in CHORES.items():
        context.check()
        context.report(done=len(counts), total=len(CHORES), text=name)
        counts[name] = _done(name, chore)
    context.report(done=len(counts), text="")
    logger.info("housekeeping", extra={"fields": counts})
    return counts


schedule(keep_house, Interval(EVERY))


@job(priority=LATER)
def merge_search() -> int:
    """Merge what was written to the search index; returns the steps that it took."""
    return search.merge()


schedule(merge_search, Interval(SEARCH_EVERY))


def _done(name: str, chore: Callable[[], int]) -> int | None:
    try:
        return chore()
    except Exception:
        logger.exception("housekeeping failed", extra={"fields": {"chore": name}})
        return None
