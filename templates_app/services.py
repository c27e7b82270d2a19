"""Changes to templates and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from resources import changes
from resources.errors import Problem
from templates_app.models import Review, Template, TemplateVersion

if TYPE_CHECKING:
    from resources.actors import Actor

State = Template.State


def submit_template(template: Template, *, by: Actor) -> Template:
    """Hand a draft to the moderators; raises Problem 409 from any other state."""
    _require_state(template, State.DRAFT, State.CHANGES_REQUESTED)
    return changes.update(template, by=by, state=State.SUBMITTED)


def approve_template(template: Template, *, by: Actor) -> Template:
    """Make a submitted template usable, as its next version."""
    _require_state(template, State.SUBMITTED)
    number = template.version + 1
    with changes.together():
        kept = _versioned(template)
        changes.create(TemplateVersion, by=by, template=template, number=number, **kept)
        return changes.update(template, by=by, state=State.APPROVED, version=number)


def request_changes(template: Template, *, by: Actor, note: str) -> Template:
    """Send a submitted template back to its author, saying what to change."""
    _require_state(template, State.SUBMITTED)
    return changes.update(template, by=by, state=State.CHANGES_REQUESTED, moderator_note=note)


def deprecate_template(template: Template, *, by: Actor) -> Template:
    """Take an approved template out of use; cards made from it stay."""
    _require_state(template, State.APPROVED)
    return changes.update(template, by=by, state=State.DEPRECATED)


def edit_template(template: Template, *, by: Actor, **values: Any) -> Template:
    """Change a template; new slots of an approved one have to be approved again."""
    is_new = any(values.get(name, kept) != kept for name, kept in _versioned(template).items())
    if template.state == State.APPROVED and is_new:
        values["state"] = State.DRAFT
    return changes.update(template, by=by, **values)


def count_use(template: Template, *, by: Actor) -> TemplateVersion:
    """Count one more card made from a template and give the version to pin.

    Raises Problem 409 unless the template is approved.
    """
    with changes.together():
        current = changes.locked(template)
        _require_state(current, State.APPROVED)
        changes.update(current, by=by, use_count=current.use_count + 1)
        return TemplateVersion.objects.get(template=current, number=current.version)


def write_review(*, by: Actor, template: Template, stars: int, **values: Any) -> Review:
    """Review a template, and count it in the template's rating."""
    with changes.together():
        review = changes.create(Review, by=by, template=template, stars=stars, **values)
        _count_rating(template, by=by, stars=stars, ratings=1)
    return review


def edit_review(review: Review, *, by: Actor, **values: Any) -> Review:
    """Change a review, and the template's rating with it."""
    with changes.together():
        before = review.stars
        changes.update(review, by=by, **values)
        _count_rating(review.template, by=by, stars=review.stars - before, ratings=0)
    return review


def delete_review(review: Review, *, by: Actor) -> None:
    """Take a review back, and out of the template's rating."""
    with changes.together():
        template, stars = review.template, review.stars
        changes.delete(review, by=by)
        _count_rating(template, by=by, stars=-stars, ratings=-1)


def _versioned(template: Template) -> dict[str, Any]:
    """Give what a version keeps of its template."""
    return {"slots": template.slots, "default_effects": template.default_effects}


def _count_rating(template: Template, *, by: Actor, stars: int, ratings: int) -> None:
    current = changes.locked(template)
    count, total = current.rating_count + ratings, current.rating_sum + stars
    average = round(total / count, 3) if count else 0.0
    changes.update(current, by=by, rating_count=count, rating_sum=total, rating_average=average)


def _require_state(template: Template, *states: Template.State) -> None:
    if template.state not in states:
        message = _("This can't be done while the template is “%(state)s”.")
        shown = {"state": template.get_state_display()}
        raise Problem(409, "wrong_state", message % shown)
