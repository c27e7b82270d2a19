"""The archive of a member's data: one JSON file per resource, the changes they made, their files.

Found by the registry alone: a new resource is in the archive by being declared. Left out are the
columns that a model keeps out of the change log (password hashes, digests, key material), but for
times; and columns of a record that the member may not read, which say something about others.
"""

from __future__ import annotations

from shutil import copyfileobj
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from django.core.files.storage import default_storage
from django.db.models import DateTimeField
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from files.models import File
from resources.api import Actor, Change, mentions, owning_relations, registry
from users.models import User
from users.selectors import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.db.models import Model

    from resources.api import Record, Resource

    type Progress = Callable[[int, int], None]

CHUNK = 500
PIECE = 1024 * 1024


def untold(_done: int, _of: int) -> None:
    """Tell nobody of the progress."""


def write_archive(user: User, target: IO[bytes], tell: Progress = untold) -> None:
    """Write a member's archive (ZIP) to a file, row by row, and leave it open at its end.

    `tell` hears how many of the kinds of records are in it, of how many.
    """
    actor = actor_of(user.pk) or Actor(user.pk)
    theirs = list(mentions(user, actor))
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _readme(user))
        own = _documents(registry.resource_of(User), [user], actor)
        _write_list(archive, "users", own)
        for number, (resource, rows) in enumerate(theirs):
            tell(number, len(theirs))
            found = rows.order_by("pk").iterator(chunk_size=CHUNK)
            _write_list(archive, resource.name, _documents(resource, found, actor))
        tell(len(theirs), len(theirs))
        _write_list(archive, "changes", _changes(user))
        _write_files(archive, user)


def _write_list(archive: ZipFile, name: str, documents: Iterable[Mapping[str, object]]) -> None:
    """Write a JSON array, one item a line, without ever holding all of it."""
    with archive.open(f"{name}.json", "w", force_zip64=True) as file:
        mark = b"["
        for document in documents:
            file.write(mark + b"\n" + orjson.dumps(document, default=str, option=orjson.OPT_UTC_Z))
            mark = b","
        file.write(b"\n]\n" if mark == b"," else b"[]\n")


def _documents(
    resource: Resource, rows: Iterable[Record], actor: Actor
) -> Iterable[dict[str, object]]:
    for row in rows:
        if not _is_told(resource, row, actor):
            continue
        hidden = {
            resource.column(name).attname
            for name, rule in resource.readers.items()
            if not rule.permits(actor, row)
        }
        document = _columns(row)
        yield {name: value for name, value in document.items() if name not in hidden}


def _is_told(resource: Resource, row: Record, actor: Actor) -> bool:
    """Return whether a row goes into the member's archive.

    Their own do. What hangs on their own, or only names them, does if they may view it: what
    moderators noted for each other stays with them.
    """
    owners = [getattr(row, one.attname) for one in owning_relations(type(row), User)]
    return actor.id in owners or isinstance(row, User) or resource.view.permits(actor, row)


def _columns(row: Model) -> dict[str, object]:
    """Return all columns of a row, sealed ones opened, but those that are kept out of the log."""
    unlogged: frozenset[str] = getattr(row, "unlogged", frozenset())
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in unlogged or isinstance(field, DateTimeField)
    }


def _changes(user: User) -> Iterable[dict[str, object]]:
    """Return what the member did; what records of others held is theirs."""
    made = Change.objects.filter(actor_id=user.pk).order_by("id")
    for change in made.iterator(chunk_size=CHUNK):
        images = {} if _is_of_another(change, user) else {"before": change.before}
        images |= {"after": change.after} if images else {}
        yield {
            "at": change.at,
            "resource": change.resource,
            "record_id": change.record_id,
            "action": change.action,
            **images,
        }


def _is_of_another(change: Change, user: User) -> bool:
    resource = registry.named(change.resource)
    columns = [r.attname for r in owning_relations(resource.model, User)] if resource else []
    owners = {image.get(name) for image in (change.before, change.after) for name in columns}
    return bool(owners - {None, str(user.pk)})


def _write_files(archive: ZipFile, user: User) -> None:
    """Write the member's files, and a list of them with the names they were sent under."""
    owned = File.objects.filter(owner=user).order_by("pk")
    _write_list(archive, "files", (_columns(file) for file in owned.iterator(chunk_size=CHUNK)))
    for file in owned.iterator(chunk_size=CHUNK):
        extension = file.key.rpartition(".")[2]
        try:
            stored = default_storage.open(file.key)
        except FileNotFoundError:
            # A crash between the row and the bytes leaves a row alone.
            continue
        with stored, archive.open(f"files/{file.pk}.{extension}", "w", force_zip64=True) as copy:
            copyfileobj(stored, copy, PIECE)


def _readme(user: User) -> str:
    with translation.override(user.locale):
        lines = (
            _("Everything that Holobase keeps about “%(name)s”, as of %(time)s (UTC).")
            % {"name": user.username, "time": f"{timezone.now():%Y-%m-%d %H:%M}"},
            "",
            _("users.json: your account and profile."),
            _("One more .json file for each kind of record: all that are yours or name you."),
            _("changes.json: what you created, changed and deleted, with values before and after."),
            _("files/: the files that you sent; files.json says what they were called."),
            "",
            _("Left out: password hashes, digests and keys, which would only help a thief."),
        )
        return "\n".join(map(str, lines)) + "\n"
