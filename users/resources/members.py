"""Members as others see them, and what moderators do about them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from resources.api import (
    SIGNED_IN,
    UNSILENCED,
    FormerKeys,
    RecordAction,
    Resource,
    actor,
    has_role,
    linked,
    own,
    register,
    where,
)
from users.models import Sanction, User
from users.rules import not_blocked_by, on_terms, unblocked
from users.selectors import ROLES
from users.services import relationships, roles, sanctions, sessions, usernames

SELF = own("id")
ACTIVE = where(is_active=True, leaves_at__isnull=True)
MODERATORS = has_role("moderator", "admin")
ADMINS = has_role("admin")
OTHERS = SIGNED_IN & ~SELF


class RoleInput(serializers.Serializer[object]):
    """The name of a role."""

    role = serializers.ChoiceField(choices=ROLES)


@register(User)
class UserResource(Resource):
    """A member's public profile. The e-mail address is shown to the member and to moderators."""

    fields = (
        "id",
        "username",
        "display_name",
        "bio",
        "avatar",
        "email",
        "locale",
        "is_verified",
        "trust_level",
        "card_count",
        "collection_count",
        "follower_count",
        "following_count",
        "leaves_at",
        "silenced_until",
        "created_at",
    )
    editable = ("username", "display_name", "bio", "avatar", "locale")
    readers = {
        "email": SELF | MODERATORS,
        "locale": SELF,
        "is_verified": SELF | MODERATORS,
        "leaves_at": SELF,
        "silenced_until": SELF | MODERATORS,
    }

    viewer = {
        "followed": linked(
            "users.Follow", row="followed", member="follower", words=_("whoever follows them")
        ),
        "follows_me": linked(
            "users.Follow", row="follower", member="followed", words=_("whomever they follow")
        ),
        "blocked": linked(
            "users.Block", row="blocked", member="blocker", words=_("whoever has blocked them")
        ),
        "muted": linked(
            "users.Mute", row="muted", member="muter", words=_("whoever has muted them")
        ),
    }

    # Whom one has blocked oneself can still be looked up, and unblocked.
    view = (ACTIVE & not_blocked_by("id")) | SELF | MODERATORS
    list = (ACTIVE & unblocked("id")) | MODERATORS
    update = SELF & UNSILENCED

    governs = ("id",)
    natural_key = "username"
    former_keys = FormerKeys("users.FormerUsername", record="user")
    filters = ("username", "created_at", "follower_count")
    scans = ("display_name", "card_count", "collection_count", "following_count")
    search = ("username", "display_name", "bio")
    screened = ("username", "display_name", "bio")
    numbered_pages = True
    ordering = ("-created_at", "-follower_count", "username")
    sorts_scanned = ("display_name", "-card_count", "-collection_count", "-following_count")

    updates = usernames.edit_profile
    actions = (
        RecordAction(
            "give-role", "POST", ADMINS, roles.assign_role, _("Give a role"), takes=RoleInput
        ),
        RecordAction(
            "take-role", "POST", ADMINS, roles.take_role, _("Take a role away"), takes=RoleInput
        ),
        RecordAction("sign-out", "POST", ADMINS, sessions.end_sessions, _("End all sessions")),
        RecordAction(
            "follow",
            "PUT",
            OTHERS & UNSILENCED & on_terms("id"),
            relationships.follow_member,
            _("Follow the member"),
            locks_actor=True,
        ),
        RecordAction(
            "follow",
            "DELETE",
            SIGNED_IN,
            relationships.unfollow_member,
            _("Follow them no more"),
            locks_actor=True,
        ),
        RecordAction(
            "block",
            "PUT",
            OTHERS,
            relationships.block_member,
            _("Block the member: neither sees the other any more"),
            locks_actor=True,
        ),
        RecordAction(
            "block", "DELETE", SIGNED_IN, relationships.unblock_member, _("Take the block back")
        ),
        RecordAction(
            "mute",
            "PUT",
            OTHERS,
            relationships.mute_member,
            _("Leave what they publish out of your lists"),
        ),
        RecordAction(
            "mute", "DELETE", SIGNED_IN, relationships.unmute_member, _("Mute them no more")
        ),
    )


@register(Sanction)
class SanctionResource(Resource):
    """A measure against a member: `warn`, `silence`, `suspend` (with an end) or `ban`.

    The member can read it, and why. It ends by itself at `expires_at`.
    """

    fields = (
        "id",
        "user",
        "kind",
        "reason",
        "expires_at",
        "lifted_at",
        "imposed_by",
        "created_at",
    )
    writable = ("user", "kind", "reason", "expires_at")
    presets = {"imposed_by": actor}
    readers = {"imposed_by": MODERATORS}
    expand = ("user",)

    view = own("user") | MODERATORS
    list = own("user") | MODERATORS
    create = MODERATORS

    filters = ("user", "kind", "created_at")
    numbered_pages = True
    ordering = ("-created_at",)

    creates = sanctions.impose_sanction
    actions = (
        RecordAction(
            "lift", "POST", MODERATORS, sanctions.lift_sanction, _("End it before its time")
        ),
    )
