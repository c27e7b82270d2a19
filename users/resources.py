"""What of members and their accounts is offered to clients."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from resources.api import (
    SIGNED_IN,
    UNSILENCED,
    LogConsumer,
    RecordAction,
    Resource,
    actor,
    changes,
    consume,
    feed,
    has_role,
    linked,
    own,
    register,
    visible,
    where,
)
from users.models import (
    AccountEvent,
    ApiKey,
    Block,
    Consent,
    Export,
    Follow,
    Identity,
    Mute,
    Passkey,
    Sanction,
    Session,
    User,
)
from users.rules import not_blocked_by, on_terms, unblocked
from users.selectors import ROLES
from users.services import (
    activity,
    api_keys,
    credentials,
    relationships,
    roles,
    sanctions,
    sessions,
)
from users.tasks import tell_member

SELF = own("id")
MINE = own("user")
ACTIVE = where(is_active=True, leaves_at__isnull=True)
MODERATORS = has_role("moderator", "admin")
ADMINS = has_role("admin")
OTHERS = SIGNED_IN & ~SELF
OFFICIAL = where(
    kind__in=(
        "role_given",
        "role_taken",
        "sanctioned",
        "sanction_lifted",
        "trust_raised",
        "trust_lowered",
    )
)


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
    editable = ("display_name", "bio", "avatar", "locale")
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
    filters = ("username", "created_at", "follower_count")
    scans = ("display_name", "card_count", "collection_count", "following_count")
    search = ("username", "display_name", "bio")
    numbered_pages = True
    ordering = ("-created_at", "-follower_count", "username")
    sorts_scanned = ("display_name", "-card_count", "-collection_count", "-following_count")

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
            OTHERS & on_terms("id"),
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


@register(Follow)
class FollowResource(Resource):
    """Who follows whom, as signed-in members see it. Follow with `PUT /api/v1/users/{id}/follow`.

    `?followed=<id>` are a member's followers, `?follower=<id>` those whom a member follows.
    """

    fields = ("id", "follower", "followed", "created_at")
    expand = ("follower", "followed")

    view = SIGNED_IN & visible("follower") & visible("followed")
    list = SIGNED_IN & visible("follower") & visible("followed")

    filters = ("follower", "followed", "created_at")
    ordering = ("-created_at",)

    deletes = relationships.delete_follow


@register(Block)
class BlockResource(Resource):
    """The members whom you have blocked. Block with `PUT /api/v1/users/{id}/block`.

    Delete one to unblock a member who has blocked you as well, and whom you can't look up then.
    """

    fields = ("id", "blocker", "blocked", "created_at")
    expand = ("blocked",)

    view = own("blocker")
    list = own("blocker")
    delete = own("blocker")

    filters = ("blocked", "created_at")
    ordering = ("-created_at",)

    governs = ("blocker", "blocked")


@register(Mute)
class MuteResource(Resource):
    """The members whom you have muted. Mute with `PUT /api/v1/users/{id}/mute`."""

    fields = ("id", "muter", "muted", "created_at")
    expand = ("muted",)

    view = own("muter")
    list = own("muter")
    delete = own("muter")

    filters = ("muted", "created_at")
    ordering = ("-created_at",)


@register(Session)
class SessionResource(Resource):
    """A device that you are signed in on. Delete one to sign it out."""

    name = "auth/sessions"
    fields = ("id", "user", "method", "device", "address", "last_seen_at", "created_at")

    view = MINE & where(ended_at__isnull=True)
    list = MINE & where(ended_at__isnull=True)
    delete = MINE

    filters = ("created_at",)
    ordering = ("-created_at",)

    governs = ("user",)
    deletes = sessions.sign_out_device


@register(AccountEvent)
class AccountEventResource(Resource):
    """A line of your account activity: sign-ins, tokens, factors, roles, sanctions, trust.

    Moderators see roles, sanctions and trust; when a member signs in or does what else is the
    member's.
    """

    name = "auth/events"
    fields = ("id", "user", "kind", "session", "device", "address", "detail", "created_at")
    readers = {"address": MINE, "device": MINE, "session": MINE}
    governs = ("user",)

    view = MINE | (MODERATORS & OFFICIAL)
    list = MINE | (MODERATORS & OFFICIAL)

    filters = ("user", "kind", "created_at")
    ordering = ("-created_at",)


@register(ApiKey)
class ApiKeyResource(Resource):
    """A key for a server of yours. The answer to its creation shows the `secret`, once.

    Use the secret as a bearer token, or the key's id and the secret as client id and secret of
    `POST /api/v1/auth/service-token`.
    """

    name = "auth/api-keys"
    fields = ("id", "owner", "name", "scopes", "hint", "last_used_at", "expires_at", "created_at")
    writable = ("name", "scopes", "expires_at")
    editable = ("name",)
    presets = {"owner": actor}
    shown_once = ("secret",)

    view = own("owner") & where(revoked_at__isnull=True)
    list = own("owner") & where(revoked_at__isnull=True)
    create = own("owner")
    update = own("owner")
    delete = own("owner")

    filters = ("created_at",)
    ordering = ("-created_at",)

    creates = api_keys.create_api_key
    governs = ("owner",)
    deletes = api_keys.revoke_api_key


@register(Passkey)
class PasskeyResource(Resource):
    """A passkey that you sign in with."""

    name = "auth/passkeys"
    fields = ("id", "user", "name", "is_backed_up", "last_used_at", "created_at")
    editable = ("name",)

    view = MINE
    list = MINE
    update = MINE
    delete = MINE

    filters = ("created_at",)
    ordering = ("-created_at",)

    deletes = credentials.remove_passkey


@register(Identity)
class IdentityResource(Resource):
    """An account elsewhere that you sign in by."""

    name = "auth/identities"
    fields = ("id", "user", "provider", "email", "last_used_at", "created_at")

    view = MINE
    list = MINE
    delete = MINE

    filters = ("created_at",)
    ordering = ("-created_at",)

    deletes = credentials.unlink_identity


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

    view = MINE | MODERATORS
    list = MINE | MODERATORS
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


@register(Consent)
class ConsentResource(Resource):
    """Your yes or no to a version of a document such as the terms; the newest counts."""

    fields = ("id", "user", "document", "version", "is_given", "created_at")
    writable = ("document", "version", "is_given")
    presets = {"user": actor}

    view = MINE
    list = MINE
    create = MINE

    filters = ("document", "created_at")
    ordering = ("-created_at",)


@register(Export)
class ExportResource(Resource):
    """An archive with everything of yours. Ask for one with `POST /api/v1/users/me/export`."""

    fields = ("id", "user", "state", "size", "expires_at", "created_at")

    view = MINE
    list = MINE

    filters = ("created_at",)
    ordering = ("-created_at",)


changes.committed.connect(tell_member, sender=AccountEvent)
consume(
    LogConsumer(
        "activity",
        frozenset({SessionResource.name}),
        activity.count_activity,
        starts=feed.earliest,
    )
)
