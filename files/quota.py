"""How much a member may store, and how much they do: bytes of files and of uploads under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from files.models import File, Upload

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Actor


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
    stored = File.objects.filter(owner=owner_id).aggregate(size=Sum("size"), files=Count("pk"))
    under_way = Upload.objects.filter(owner=owner_id, state=Upload.State.OPEN)
    if beside:
        under_way = under_way.exclude(pk=beside)
    coming = under_way.aggregate(
        size=Sum("reserved"), files=Count("pk", filter=~Q(kind=Upload.Kind.PARTIAL))
    )
    return Amount((stored["size"] or 0) + (coming["size"] or 0), stored["files"] + coming["files"])


def require_space(actor: Actor, size: int, *, beside: UUID | None = None, files: int = 1) -> None:
    """Raise ValidationError `quota_exceeded` unless so much more may be stored.

    Call it in the transaction that stores or reserves it: until that ends, nobody else gets room of
    this member. `beside` is the upload whose reservation it replaces.
    """
    quota = quota_of(actor)
    if actor.id is None or quota is None:
        return
    _lock(actor.id)
    used = usage_of(actor.id, beside)
    if used.size + size > quota.size or used.files + files > quota.files:
        raise ValidationError(
            _("You have no room left for this: %(size)d of %(most)d bytes, %(files)d files."),
            code="quota_exceeded",
            params={"size": used.size, "most": quota.size, "files": used.files},
        )


def _lock(owner_id: UUID) -> None:
    """Hold a member's row until the transaction ends; rows that point at it can still be made."""
    rows = get_user_model()._default_manager.select_for_update(no_key=True)
    list(rows.filter(pk=owner_id).values_list("pk"))
