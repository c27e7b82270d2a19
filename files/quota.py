"""How much a member may store, and how much they do: bytes of files and of uploads under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from files.models import Upload
from resources.api import row_sql

if TYPE_CHECKING:
    from resources.api import Actor

NO_UPLOAD = UUID(int=0)
"""The id of no upload."""
# By hand: each file that is stored asks, while nobody else writes to SQLite.
USAGE = """
SELECT SUM(size), SUM(files) FROM (
    SELECT COALESCE(SUM(size), 0) AS size, COUNT(*) AS files FROM files_file WHERE owner_id = %s
    UNION ALL
    SELECT COALESCE(SUM(reserved), 0), COUNT(CASE WHEN kind <> %s THEN 1 END) FROM files_upload
    WHERE owner_id = %s AND state = %s AND id <> %s
) AS used
"""


class Amount(NamedTuple):
    """Bytes and files."""

    size: int
    files: int


def quota_of(actor: Actor) -> Amount | None:
    """Return how much an actor may store: the most that trust or a role gives; None is no limit."""
    levels = settings.QUOTA_LEVELS
    given = [levels[min(actor.trust_level, len(levels) - 1)]]
    given += [settings.QUOTA_ROLES[role] for role in actor.roles if role in settings.QUOTA_ROLES]
    limited = [Amount(*amount) for amount in given if amount is not None]
    if actor.is_system or len(limited) < len(given):
        return None
    return Amount(max(each.size for each in limited), max(each.files for each in limited))


def usage_of(owner_id: UUID, beside: UUID | None = None) -> Amount:
    """Return what a member's files take up, and what is reserved for uploads but the one `beside`.

    An upload under way counts as the file that it becomes.
    """
    owner, other = (row_sql.database_key(Upload, key) for key in (owner_id, beside or NO_UPLOAD))
    with connection.cursor() as cursor:
        cursor.execute(USAGE, [owner, Upload.Kind.PARTIAL, owner, Upload.State.OPEN, other])
        size, files = cursor.fetchone()
    return Amount(int(size), int(files))


def require_space(actor: Actor, size: int, *, beside: UUID | None = None, files: int = 1) -> None:
    """Raise ValidationError `quota_exceeded` unless so much more may be stored.

    Call it in the transaction that stores or reserves it: until that ends, nobody else gets room of
    this member. `beside` is the upload whose reservation it replaces.
    """
    quota = quota_of(actor)
    if actor.id is None or quota is None:
        return
    row_sql.read(get_user_model(), actor.id)
    used = usage_of(actor.id, beside)
    if used.size + size > quota.size or used.files + files > quota.files:
        raise ValidationError(
            _("You have no room left for this: %(size)d of %(most)d bytes, %(files)d files."),
            code="quota_exceeded",
            params={"size": used.size, "most": quota.size, "files": used.files},
        )
