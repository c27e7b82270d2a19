"""What belongs to a member's account: sessions, keys, ways in, activity, consents, archives."""

from resources.api import (
    LogConsumer,
    Resource,
    actor,
    changes,
    consume,
    feed,
    has_role,
    own,
    register,
    where,
)
from users.models import (
    AccountEvent,
    ApiKey,
    Consent,
    Export,
    FormerUsername,
    Identity,
    Passkey,
    Session,
)
from users.services import activity, api_keys, credentials, sessions
from users.tasks import tell_member

MINE = own("user")
MODERATORS = has_role("moderator", "admin")
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


@register(FormerUsername)
class FormerUsernameResource(Resource):
    """A username that you had before. It leads to your profile until somebody else may take it.

    Delete one to give it up at once.
    """

    name = "auth/former-usernames"
    fields = ("id", "user", "username", "kept_until", "created_at")

    view = MINE
    list = MINE
    delete = MINE

    filters = ("created_at",)
    ordering = ("-created_at",)


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
