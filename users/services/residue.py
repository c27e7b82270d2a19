"""What the admin log, cookie sessions and jobs that have ended still hold of an erased member."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as AdminSession

from resources.api import SYSTEM, Change, Job, changes, registry, unsealed_document

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from users.models import User

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def delete_residue(user: User, *, ids: Collection[UUID], words: Collection[str]) -> None:
    """Delete what the admin, its sessions and ended jobs keep of a member.

    `ids` are those of the member and of all their records; `words` name the member in texts such
    as tracebacks.
    """
    texts = {str(key) for key in ids}
    _delete_admin_log(texts)
    _delete_admin_sessions(user)
    _delete_jobs(texts, {word.lower() for word in words})


def _delete_admin_log(ids: Collection[str]) -> None:
    """Delete the admin's lines about the member and their records, whose names they quote."""
    for entry in LogEntry.objects.only("pk", "object_id").iterator():
        if entry.object_id in ids:
            entry.delete()


def _delete_admin_sessions(user: User) -> None:
    """Delete the member's cookie sessions; only staff have any, and they are sealed."""
    for session in AdminSession.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def _delete_jobs(ids: Collection[str], words: Collection[str]) -> None:
    for job in Job.objects.over().iterator():
        if not _mentions(job, ids, words):
            continue
        if job.is_tracked:
            past = Change.objects.filter(resource=str(registry.resource_of(Job)), record_id=job.pk)
            changes.delete(job, by=SYSTEM)
            past.update(before={}, after={})
        else:
            job.delete()


def _mentions(job: Job, ids: Collection[str], words: Collection[str]) -> bool:
    said = [job.arguments, job.checkpoint, job.result, job.text, job.error, job.traceback]
    text = unsealed_document(orjson.dumps(said).decode()).lower()
    return not set(ID.findall(text)).isdisjoint(ids) or any(word in text for word in words)
