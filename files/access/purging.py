"""Telling a shared cache in front which files it has to forget, as not everyone may see them now.

A change is looked at twice: at once, and without asking the database, whether it could have hidden
a file; later, in the background, whether it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from files.access.fetching import cache_tag
from files.access.who import may_anyone_fetch
from files.models import File
from files.selectors import files_shown_by
from resources.api import Action, registry, showing_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resources.api import Change, Resource

SECONDS = 10
MOST_KEYS = 30
"""Keys in one request: more than that Cloudflare does not take (Fastly takes 256)."""


class PurgeError(OSError):
    """The cache in front has not taken a purge."""


def may_hide_files(change: Change) -> bool:
    """Return whether a change could end that anyone may see some file; asks no database."""
    return change.action != Action.CREATE and any(True for _rows in _rows_that_show(change))


def hidden_tags(change: Change) -> list[str]:
    """Return what caches know the files by that anyone could see before a change, and not now."""
    ids = set(files_shown_by(change))
    for resource, rows in _rows_that_show(change):
        found = resource.model._default_manager.filter(rows)
        for values in found.values_list(*_file_columns(resource)):
            ids.update(_ids(values))
    files = File.objects.filter(pk__in=ids)
    return [cache_tag(file.key) for file in files if not may_anyone_fetch(file)]


def purge(tags: Sequence[str]) -> None:
    """Have the cache in front forget all that it keeps under some tags; raises PurgeError.

    Sent is what Cloudflare takes (`{"tags": […]}`) with the header that Fastly takes
    (`Surrogate-Key`); `FILES_PURGE_HEADER` is the one that says who we are.
    """
    pool = PoolManager(timeout=Timeout(SECONDS), retries=False)
    name, _colon, value = settings.FILES_PURGE_HEADER.partition(":")
    own = {name.strip(): value.strip()} if name else {}
    for start in range(0, len(tags), MOST_KEYS):
        some = tags[start : start + MOST_KEYS]
        headers = {"Content-Type": "application/json", "Surrogate-Key": " ".join(some), **own}
        try:
            answer = pool.request(
                "POST", settings.FILES_PURGE_URL, json={"tags": list(some)}, headers=headers
            )
        except HTTPError as error:
            raise PurgeError(str(error)) from error
        if answer.status >= 300:
            raise PurgeError(f"{settings.FILES_PURGE_URL}: {answer.status}")


def _file_columns(resource: Resource) -> list[str]:
    return [column.attname for owner, column in showing_fields(File) if owner is resource]


def _deciding_columns(resource: Resource) -> frozenset[str]:
    """Return the columns that decide which files a record shows to anyone, as the log has them."""
    columns = frozenset(_file_columns(resource))
    if not columns:
        return columns
    readers = (rule.columns(resource.model) for rule in resource.readers.values())
    return columns.union(resource.view.columns(resource.model), *readers)


def _rows_that_show(change: Change) -> Iterator[tuple[Resource, Q]]:
    """Yield the records that show files and may be seen by others, or show others, by a change."""
    changed = registry.named(change.resource)
    if changed is None:
        return
    for resource in {owner for owner, _column in showing_fields(File)}:
        if resource is changed and not _deciding_columns(resource).isdisjoint(change.before):
            yield resource, Q(pk=change.record_id)
        for dependent in resource.view.dependents(resource.model, {changed.model: [change]}):
            yield resource, dependent.rows


def _ids(values: Iterable[object]) -> Iterator[UUID]:
    """Yield the ids in columns of one file or of several."""
    for value in values:
        for each in value if isinstance(value, list) else [value]:
            if each:
                yield each if isinstance(each, UUID) else UUID(str(each))
