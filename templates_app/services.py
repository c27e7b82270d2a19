"""Changes to templates and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Model
from django.utils.translation import gettext as _

from resources.api import FieldError, Problem, changes, invalid, member_document_errors
from templates_app.models import Review, Template, TemplateVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resources.api import Actor

State = Template.State
PUBLIC = (State.APPROVED, State.DEPRECATED)
NOTHING_PENDING: Mapping[str, object] = {
    "pending": {},
    "pending_preview": None,
    "pending_state": "",
}


def submit_template(template: Template, *, by: Actor) -> Template:
    """Submit a draft, or the pending edits of a public template, for review.

    Raises Problem 409 when there is nothing to submit.
    """
    states = (State.DRAFT, State.CHANGES_REQUESTED)
    return _take_step(template, to=State.SUBMITTED, of=states, by=by)


def approve_template(template: Template, *, by: Actor) -> Template:
    """Make public what was submitted, as the template's next version.

    Raises Problem 409 unless something was submitted, 403 for a template of one's own.
    """
    if template.author_id == by.id:
        raise Problem(403, "own_template", _("Somebody else has to approve your template."))
    _require_state(template, _reviewed_column(template), State.SUBMITTED)
    values: dict[str, object] = {"version": template.version + 1}
    if template.state in PUBLIC:
        values |= {**_pending_columns(template), **NOTHING_PENDING}
    else:
        values["state"] = State.APPROVED
    with changes.together():
        changes.update(template, by=by, **values)
        kept = {"slots": template.slots, "default_effects": template.default_effects}
        changes.create(TemplateVersion, by=by, template=template, number=template.version, **kept)
    return template


def request_changes(template: Template, *, by: Actor, note: str) -> Template:
    """Send what was submitted back to its author, saying what to change."""
    to, states = State.CHANGES_REQUESTED, (State.SUBMITTED,)
    return _take_step(template, to=to, of=states, by=by, moderator_note=note)


def deprecate_template(template: Template, *, by: Actor) -> Template:
    """Take an approved template out of use; cards made from it stay."""
    _require_state(template, "state", State.APPROVED)
    return changes.update(template, by=by, state=State.DEPRECATED)


def edit_template(template: Template, *, by: Actor, **values: object) -> Template:
    """Change a template; edits of a public one wait until moderators approve them.

    What has been submitted is a draft again once it changes. Setting a column back to what is
    public withdraws its pending edit.
    """
    if template.state not in PUBLIC:
        return _edit_draft(template, by=by, **values)
    Template(slots=values.get("slots", template.slots)).clean()
    pending = template.pending | {name: _stored(value) for name, value in values.items()}
    public = {name: _stored(getattr(template, name)) for name in pending}
    pending = {name: value for name, value in pending.items() if value != public[name]}
    if pending == template.pending:
        return template
    return changes.update(
        template,
        by=by,
        pending=pending,
        pending_preview_id=pending.get("preview"),
        pending_state=State.DRAFT if pending else "",
    )


def _edit_draft(template: Template, *, by: Actor, **values: object) -> Template:
    with changes.together():
        revision = template.revision
        changes.update(template, by=by, **values)
        if template.revision != revision and template.state == State.SUBMITTED:
            changes.update(template, by=by, state=State.DRAFT)
    return template


def hide_template(template: Template, *, by: Actor) -> Template:
    """Hide a template from all but its author and the moderators; cards made from it stay."""
    return changes.update(template, by=by, is_hidden=True)


def show_template(template: Template, *, by: Actor) -> Template:
    """Show a hidden template again."""
    return changes.update(template, by=by, is_hidden=False)


def pending_version(template: Template) -> TemplateVersion:
    """Return the version, not saved, that approving a template as it is edited would make."""
    shown = {name: getattr(template, name) for name in ("slots", "default_effects")}
    edited = {name: template.pending.get(name, value) for name, value in shown.items()}
    return TemplateVersion(template=template, number=template.version + 1, **edited)


def use_template(template: Template, *, by: Actor) -> TemplateVersion:
    """Count one more card made from a template and return the version to pin.

    Raises Problem 409 unless the template is approved.
    """
    with changes.together():
        current = count_use(template, by=by)
        _require_state(current, "state", State.APPROVED)
        return TemplateVersion.objects.get(template=current, number=current.version)


def count_use(template: Template, *, by: Actor) -> Template:
    """Count one more card that has a template, whatever its state."""
    current = changes.locked(template)
    return changes.update(current, by=by, use_count=current.use_count + 1)


def require_filled_slots(version: TemplateVersion | None, slots: object) -> None:
    """Raise Problem 400 unless slots match a template's version; without one there are none."""
    errors = slot_errors(version, slots)
    if errors:
        raise invalid(errors)


def slot_errors(version: TemplateVersion | None, slots: object) -> list[FieldError]:
    """List what keeps slots from matching a version, each by its slot: `slots.name`."""
    if version is None:
        if not slots:
            return []
        message = _("Only a card made from a template has slots.")
        return [FieldError("slots", "no_template", message)]
    return [
        FieldError(f"slots.{each.path}".strip("."), each.code, each.message)
        for each in member_document_errors(version.slots, slots)
    ]


def write_review(*, by: Actor, template: Template, stars: int, **values: object) -> Review:
    """Review a template, and count it in the template's rating.

    Raises Problem 403 for a template of one's own.
    """
    if template.author_id == by.id:
        raise Problem(403, "own_template", _("You can't review your own template."))
    with changes.together():
        review = changes.create(Review, by=by, template=template, stars=stars, **values)
        _count_rating(template, by=by, stars=stars, ratings=1)
    return review


def edit_review(review: Review, *, by: Actor, **values: object) -> Review:
    """Change a review, and the template's rating with it."""
    with changes.together():
        before = review.stars
        changes.update(review, by=by, **values)
        if not review.is_hidden:
            _count_rating(review.template, by=by, stars=review.stars - before, ratings=0)
    return review


def delete_review(review: Review, *, by: Actor) -> None:
    """Take a review back, and out of the template's rating."""
    with changes.together():
        template, stars, was_counted = review.template, review.stars, not review.is_hidden
        changes.delete(review, by=by)
        if was_counted:
            _count_rating(template, by=by, stars=-stars, ratings=-1)


def hide_review(review: Review, *, by: Actor) -> Review:
    """Hide a review from all but its author and the moderators; it then counts no longer."""
    if review.is_hidden:
        return review
    with changes.together():
        changes.update(review, by=by, is_hidden=True)
        _count_rating(review.template, by=by, stars=-review.stars, ratings=-1)
    return review


def show_review(review: Review, *, by: Actor) -> Review:
    """Show a hidden review again, and count it."""
    if not review.is_hidden:
        return review
    with changes.together():
        changes.update(review, by=by, is_hidden=False)
        _count_rating(review.template, by=by, stars=review.stars, ratings=1)
    return review


def _stored(value: object) -> object:
    """Return a column's value as `Template.pending` keeps it: a file by its id."""
    return str(value.pk) if isinstance(value, Model) else value


def _pending_columns(template: Template) -> dict[str, object]:
    """Return the pending edits by column."""
    values = dict(template.pending)
    if "preview" in values:
        values["preview"] = values["preview"] and template.pending_preview
    return values


def _reviewed_column(template: Template) -> str:
    """Return which column says how far the moderators' review has come."""
    return "pending_state" if template.state in PUBLIC else "state"


def _take_step(
    template: Template, *, to: State, of: Sequence[State], by: Actor, **values: object
) -> Template:
    column = _reviewed_column(template)
    _require_state(template, column, *of)
    return changes.update(template, by=by, **{column: to}, **values)


def _count_rating(template: Template, *, by: Actor, stars: int, ratings: int) -> None:
    current = changes.locked(template)
    count, total = current.rating_count + ratings, current.rating_sum + stars
    average = round(total / count, 3) if count else 0.0
    changes.update(current, by=by, rating_count=count, rating_sum=total, rating_average=average)


def _require_state(template: Template, column: str, *states: State) -> None:
    state = getattr(template, column) or template.state
    if getattr(template, column) not in states:
        message = _("This can't be done while the template is “%(state)s”.")
        shown = {"state": State(state).label}
        raise Problem(409, "wrong_state", message % shown)
