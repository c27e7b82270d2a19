"""The records that cases are about: whose they are, who moderates them, hiding and deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cards.models import Card
from community.models import Comment, Message, Poll, Post, Room
from resources.api import changes, owning_relations, registry, row_sql
from templates_app.models import Review, Template
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from resources.api import Actor, Record, Resource

REPORTABLE = (
    "cards",
    "collections",
    "comments",
    "messages",
    "posts",
    "reviews",
    "rooms",
    "templates",
    "users",
)
MOVING = frozenset({"id", "revision", "created_at", "updated_at", "is_hidden"})
"""Columns that change without anybody having written something else."""


def locked_target(name: str, record_id: UUID) -> Record | None:
    """Lock and return the record of a resource, or nothing when it is gone."""
    resource = registry.named(name)
    return row_sql.read(resource.record_model, record_id) if resource else None


def subject_id_of(target: Record) -> UUID | None:
    """Return the id of the member whose content a record is."""
    if isinstance(target, User):
        return target.pk
    owners = owning_relations(type(target), User)
    return cast("UUID", getattr(target, owners[0].attname)) if owners else None


def scope_of(target: Record | None) -> str:
    """Return which moderators of a part of the community a record concerns.

    `rooms/<id>` for a room and what is said in it, `categories/<name>` for a template, its reviews,
    cards made from it, and posts and comments about them; else nothing.
    """
    match target:
        case Room():
            return f"rooms/{target.pk}"
        case Message():
            return f"rooms/{target.room_id}"
        case Template():
            return f"categories/{target.category}"
        case Card() | Review():
            return scope_of(target.template)
        case Post():
            return scope_of(target.template) or scope_of(target.card)
        case Comment():
            return scope_of(target.post or target.card)
    return ""


def content_of(target: Record) -> dict[str, object]:
    """Return what a record says, by column: what everyone reads who may view it, no counters."""
    return content_among(registry.resource_of(type(target)), changes.logged_values(target))


def content_among(resource: Resource, logged: Mapping[str, object]) -> dict[str, object]:
    """Return the part of a row's logged columns that is content."""
    names = set(resource.fields) - set(resource.readers) - resource.record_model.derived - MOVING
    columns = {resource.column(name).attname for name in names}
    return {name: value for name, value in logged.items() if name in columns}


def shown_as(row: Record) -> Record:
    """Return the record that others see a row as, which is hidden in its place: a poll's post."""
    return row.post if isinstance(row, Poll) else row


def can_be_hidden(target: Record) -> bool:
    """Return whether moderators can hide records of this kind."""
    return hasattr(target, "is_hidden")


def hide_target(target: Record, *, by: Actor) -> None:
    """Hide a record from all but its author and the moderators, as its own resource does."""
    _set_hidden(target, "PUT", by=by, is_hidden=True)


def show_target(target: Record, *, by: Actor) -> None:
    """Show a hidden record again."""
    _set_hidden(target, "DELETE", by=by, is_hidden=False)


def delete_target(target: Record, *, by: Actor) -> None:
    """Delete a record for good, as its own resource does."""
    delete = registry.resource_of(type(target)).service("delete") or changes.delete
    delete(target, by=by)


def _set_hidden(target: Record, method: str, *, by: Actor, is_hidden: bool) -> None:
    resource: Resource = registry.resource_of(type(target))
    declared = [one for one in resource.actions if (one.name, one.method) == ("hide", method)]
    if declared:
        declared[0].service(target, by=by)
    elif can_be_hidden(target):
        changes.update(target, by=by, is_hidden=is_hidden)
