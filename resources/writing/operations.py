"""The verbs that change records: who may, on what, checked before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _

from resources import changes, row_sql
from resources.connections import databases
from resources.errors import FieldError, Problem, not_visible, precondition_failed, refused
from resources.execution.reader import record_uuid
from resources.query.closed import is_closed
from resources.query.locking import locking_plan
from resources.writing.candidate_row import candidate_row
from resources.writing.inputs import inputs_of, validated
from resources.writing.merge_patch import merged_into
from resources.writing.screening import screened
from resources.writing.uploads import has_uploads, uploads_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resources.actors import Actor
    from resources.declaration import RecordAction, Resource
    from resources.models import Record
    from resources.rules import Rule

    type AtEnd = Callable[[Record], object]


def nothing_more(row: Record) -> None:
    """Do nothing with a written row at the end of its transaction (`at_end`)."""


def create_record(
    resource: Resource, actor: Actor, sent: object, at_end: AtEnd = nothing_more
) -> Record:
    """Create a record from what a client sent.

    The rule is asked of the row as sent, before anything else can fail and tell of rows that the
    actor may not touch, and of the row as written, inside the transaction. Raises Problem 400,
    401, 403 or 409; nothing is then written.
    """
    require_creator(resource, actor)
    with uploads_stored(inputs_of(resource, "create"), actor, sent) as stored:
        return _created(resource, actor, stored, at_end)


def _created(resource: Resource, actor: Actor, sent: object, at_end: AtEnd) -> Record:
    values = validated(resource, "create", actor, sent)
    values |= {
        resource.column(name).attname: preset(actor) for name, preset in resource.presets.items()
    }
    _require(resource.create, actor, candidate_row(resource, values))
    service = resource.service("create")
    with transaction.atomic():
        with screened(actor):
            if service:
                row: Record = service(by=actor, **values)
            else:
                row = changes.create(resource.record_model, by=actor, **values)
            _require(resource.create, actor, row)
            _require_writers(resource, actor, row, values)
        at_end(row)
    return row


def require_creator(resource: Resource, actor: Actor) -> None:
    """Raise Problem 401 or 403 for actors who can create no record whatever they send."""
    if is_closed(resource, "create", actor.kind):
        raise refused(is_known=actor.is_known)


def update_record(
    resource: Resource,
    actor: Actor,
    record_id: str,
    sent: object,
    if_match: str = "",
    at_end: AtEnd = nothing_more,
) -> Record:
    """Change a record; `if_match` is the client's entity tag, or empty.

    Raises Problem 400, 401, 403, 404, 409 or 412; nothing is then written.
    """
    if has_uploads(sent):
        # What is refused anyway is not worth reading pictures for; nor is it worth a transaction,
        # for which SQLite's other writers would wait: the row is asked again.
        row = _visible_now(resource, actor, record_id)
        _require_updatable(resource, actor, row, if_match)
    fields = inputs_of(resource, "update")
    with uploads_stored(fields, actor, sent) as stored, transaction.atomic():
        with screened(actor):
            row = visible_row(resource, actor, record_id)
            _require_updatable(resource, actor, row, if_match)
            values = validated(resource, "update", actor, merged_into(row, resource, stored), row)
            _require_writers(resource, actor, row, values)
            service = resource.service("update")
            if service:
                service(row, by=actor, **values)
            else:
                changes.update(row, by=actor, **values)
            _require(resource.update, actor, row)
        at_end(row)
    return row


def _require_updatable(resource: Resource, actor: Actor, row: Record, if_match: str) -> None:
    _require(resource.update, actor, row)
    require_match(row, if_match)


def delete_record(resource: Resource, actor: Actor, record_id: str, if_match: str = "") -> None:
    """Delete a record; raises Problem 401, 403, 404, 409 or 412."""
    with transaction.atomic():
        row = visible_row(resource, actor, record_id)
        _require(resource.delete, actor, row)
        require_match(row, if_match)
        service = resource.service("delete")
        if service:
            service(row, by=actor)
        else:
            changes.delete(row, by=actor)


def run_action(
    resource: Resource,
    action: RecordAction,
    actor: Actor,
    record_id: str,
    sent: object,
    if_match: str = "",
) -> Record:
    """Run a declared verb on one record; returns what its service returns, else the record.

    Raises Problem 400, 401, 403, 404, 409 or 412; nothing is then written.
    """
    takes = action.takes(context={"actor": actor}) if action.takes else None
    if has_uploads(sent):
        _require(action.rule, actor, _visible_now(resource, actor, record_id))
    fields = takes.fields if takes else {}
    with uploads_stored(fields, actor, sent) as stored, transaction.atomic(), screened(actor):
        if action.locks:
            action.locks([record_uuid(record_id)])
        if action.locks_actor and actor.id is not None and actor.id < record_uuid(record_id):
            row_sql.read(resource.record_model, actor.id)
        row = visible_row(resource, actor, record_id)
        _require(action.rule, actor, row)
        require_match(row, if_match)
        values = takes.run_validation(stored) if takes else {}
        answered: Record | None = action.service(row, by=actor, **values)
    return answered or row


def visible_row(resource: Resource, actor: Actor, record_id: str) -> Record:
    """Lock and return the row of an id; raises Problem 404 unless the actor may view it.

    The statement that reads it asks the rule as well.
    """
    key, database = record_uuid(record_id), databases[DEFAULT_DB_ALIAS]
    plan = locking_plan(resource, actor.kind)
    found = database.rows(plan.sql, plan.bound(actor, {"id": key}, database)) if plan.sql else ()
    if not found:
        raise not_visible()
    return row_sql.stored(resource.record_model, found[0])


def _visible_now(resource: Resource, actor: Actor, record_id: str) -> Record:
    """Return the row of an id without locking it; raises as `visible_row`."""
    row = row_sql.peek(resource.record_model, record_uuid(record_id))
    if row is None or not resource.view.permits(actor, row):
        raise not_visible()
    return row


def require_match(row: Record, if_match: str) -> None:
    """Raise Problem 412 unless an `If-Match` header names this revision (RFC 9110, 13.1.1)."""
    if not if_match or if_match.strip() == "*":
        return
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")]
    if str(row.revision) not in [tag.partition("-")[0] for tag in tags]:
        raise precondition_failed()


def _require(rule: Rule, actor: Actor, row: Record) -> None:
    if not rule.permits(actor, row):
        _hear_database()
        raise refused(is_known=actor.is_known)


def _require_writers(
    resource: Resource, actor: Actor, row: Record, values: Mapping[str, object]
) -> None:
    """Hold sent fields to their narrower rules; the error names each."""
    forbidden = [
        name
        for name, rule in resource.writers.items()
        if name in values and not rule.permits(actor, row)
    ]
    if forbidden:
        _hear_database()
        message = _("You may not write this field.")
        errors = [FieldError(name, "not_permitted", message) for name in forbidden]
        raise Problem(403, "not_permitted", message, errors)


def _hear_database() -> None:
    """Raise what the database has against the rows written so far, which is said first."""
    databases[DEFAULT_DB_ALIAS].send_deferred()
