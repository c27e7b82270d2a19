"""What a case is about, as a moderator looks at it: the record now, and as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse

from cards.admin.card_face import card_face
from cards.models import Card
from community.models import Comment, Message
from community.services.case_targets import content_of
from files.admin import shown_picture
from files.columns import AlbumColumn
from files.models import File
from resources.api import registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import Model
    from django.utils.safestring import SafeString

    from community.models import ModerationCase
    from resources.api import ModelField, Record, Resource

PICTURE_WIDTH = 200
SHIMMER = "effects"
"""A column that is seen rather than read."""
CONTEXT = 3
"""How many messages or comments before one are shown with it."""


@dataclass(frozen=True, slots=True)
class ContentRow:
    """A column with what stands there now and, if that is something else, what was reported."""

    label: str
    now: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class CaseContent:
    """A record in front of a moderator; `record` is nothing once it has been deleted."""

    kind: str
    record: Record | None
    address: str = ""
    face: SafeString | str = ""
    rows: Sequence[ContentRow] = ()
    pictures: Sequence[SafeString] = ()
    before: Sequence[Model] = field(default_factory=tuple)

    @property
    def is_edited(self) -> bool:
        """Return whether something else stands there than was reported."""
        return any(row.then for row in self.rows)


def case_content(case: ModerationCase) -> CaseContent:
    """Return what a case is about."""
    resource = registry.named(case.target_resource)
    if resource is None:
        return CaseContent(case.target_resource, None)
    kind = str(resource.model._meta.verbose_name)
    found: Record | None = resource.record_model._default_manager.filter(pk=case.target_id).first()
    then: Mapping[str, object] = case.content
    if found is None:
        return CaseContent(kind, None, rows=list(_rows(resource, None, then)))
    page = f"admin:{found._meta.app_label}_{found._meta.model_name}_change"
    is_card = isinstance(found, Card)
    return CaseContent(
        kind,
        found,
        address=reverse(page, args=[found.pk]),
        face=card_face(found) if isinstance(found, Card) else "",
        rows=list(_rows(resource, found, then)),
        pictures=() if is_card else list(_pictures(resource, found)),
        before=list(_said_before(found)),
    )


def _rows(
    resource: Resource, record: Record | None, then: Mapping[str, object]
) -> Iterator[ContentRow]:
    """Return the columns that members write, as they are and as they were when it was opened."""
    now = then if record is None else content_of(record)
    written = {*resource.writable, *resource.editable}
    for name in resource.fields:
        column = resource.column(name)
        is_file = column.is_relation or isinstance(column, AlbumColumn)
        is_shown = not is_file and name in written and name != SHIMMER
        if not is_shown or column.attname not in then:
            continue
        shown, was = (_shown(column, image[column.attname]) for image in (now, then))
        if shown or was:
            yield ContentRow(str(column.verbose_name), shown, was if was != shown else "")


def _shown(column: ModelField, value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(dict(column.flatchoices).get(value, value))


def _pictures(resource: Resource, record: Record) -> Iterator[SafeString]:
    """Return the pictures of a record, those of an album in their order."""
    ids: list[object] = []
    for name in resource.fields:
        column = resource.column(name)
        if isinstance(column, AlbumColumn):
            ids += getattr(record, name)
        elif column.is_relation and column.related_model is File:
            ids.append(getattr(record, column.attname))
    files = {str(file.pk): file for file in File.objects.filter(pk__in=[one for one in ids if one])}
    shown = (files.get(str(one)) for one in ids)
    return (shown_picture(file, PICTURE_WIDTH) for file in shown if file and file.width)


def _said_before(record: Record) -> Sequence[Model]:
    """Return what the record answers to: the messages before it, or the comments above it."""
    if isinstance(record, Message):
        earlier = Message.objects.filter(room_id=record.room_id, created_at__lt=record.created_at)
        found = earlier.select_related("author").order_by("-created_at", "-id")[:CONTEXT]
        return list(reversed(found))
    if isinstance(record, Comment):
        return [one for one in (record.post, record.card, record.parent) if one is not None]
    return ()
