"""What of templates is offered to clients."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from resources.api import (
    UNSILENCED,
    RecordAction,
    Resource,
    actor,
    has_role,
    own,
    register,
    visible,
    where,
)
from templates_app import services
from templates_app.models import Review, Template, TemplateVersion
from users.rules import unblocked, unmuted

AUTHOR = own("author")
MODERATORS = has_role("moderator", "admin")
SHOWN = where(is_hidden=False)
ABOUT_WHAT_IS_SEEN = (visible("template") & SHOWN) | AUTHOR | MODERATORS
USABLE = where(state__in=("approved", "deprecated"), is_hidden=False)


class NoteInput(serializers.Serializer[object]):
    """Why something is sent back."""

    note = serializers.CharField(max_length=2000)


@register(Template)
class TemplateResource(Resource):
    """A design that cards are made from. It becomes public when moderators approve it.

    What its author edits after that is `pending` until it has been submitted and approved, too;
    everybody else goes on seeing what was approved.
    """

    fields = (
        "id",
        "title",
        "description",
        "category",
        "slots",
        "default_effects",
        "preview",
        "state",
        "pending",
        "pending_preview",
        "pending_state",
        "moderator_note",
        "version",
        "is_hidden",
        "author",
        "use_count",
        "rating_average",
        "rating_count",
        "created_at",
        "updated_at",
    )
    writable = ("title", "description", "category", "slots", "default_effects", "preview")
    editable = writable
    presets = {"author": actor}
    readers = dict.fromkeys(
        ("pending", "pending_preview", "pending_state", "moderator_note"), AUTHOR | MODERATORS
    )
    expand = ("author",)

    view = (USABLE | AUTHOR | MODERATORS) & unblocked("author")
    list = (USABLE | AUTHOR | MODERATORS) & unblocked("author") & unmuted("author")
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = (AUTHOR & where(state__in=("draft", "submitted", "changes_requested"))) | MODERATORS

    filters = (
        "author",
        "category",
        "title",
        "created_at",
        "updated_at",
        "rating_average",
        "use_count",
    )
    scans = ("state", "is_hidden", "default_effects", "rating_count", "version")
    search = ("title", "description")
    numbered_pages = True
    ordering = ("-created_at", "-rating_average", "-use_count", "-updated_at", "title")
    sorts_scanned = ("-rating_count", "author.username", "@random")
    topics = ("author",)

    updates = services.edit_template
    actions = (
        RecordAction("submit", "POST", AUTHOR, services.submit_template, _("Submit for approval")),
        RecordAction("approve", "POST", MODERATORS, services.approve_template, _("Approve")),
        RecordAction(
            "request-changes",
            "POST",
            MODERATORS,
            services.request_changes,
            _("Send back to the author"),
            takes=NoteInput,
        ),
        RecordAction("hide", "PUT", MODERATORS, services.hide_template, _("Hide the template")),
        RecordAction("hide", "DELETE", MODERATORS, services.show_template, _("Show it again")),
        RecordAction(
            "deprecate",
            "POST",
            AUTHOR | MODERATORS,
            services.deprecate_template,
            _("Take out of use"),
        ),
    )


@register(TemplateVersion)
class TemplateVersionResource(Resource):
    """What a template was when it was approved."""

    fields = ("id", "template", "number", "slots", "default_effects", "created_at")
    expand = ("template",)

    view = visible("template")
    list = visible("template")

    filters = ("template", "created_at")
    ordering = ("-created_at",)


@register(Review)
class ReviewResource(Resource):
    """A member's rating of a template, from 1 to 5 stars: one per member and template."""

    fields = ("id", "template", "author", "stars", "text", "is_hidden", "created_at", "updated_at")
    writable = ("template", "stars", "text")
    editable = ("stars", "text")
    presets = {"author": actor}
    expand = ("template", "author")

    view = ABOUT_WHAT_IS_SEEN & unblocked("author")
    list = ABOUT_WHAT_IS_SEEN & unblocked("author") & unmuted("author")
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = AUTHOR | MODERATORS

    filters = ("template", "author", "stars", "created_at")
    scans = ("updated_at",)
    screened = ("text",)
    ordering = ("-created_at", "-stars")
    topics = ("template",)

    creates = services.write_review
    updates = services.edit_review
    deletes = services.delete_review
    actions = (
        RecordAction("hide", "PUT", MODERATORS, services.hide_review, _("Hide the review")),
        RecordAction("hide", "DELETE", MODERATORS, services.show_review, _("Show it again")),
    )
