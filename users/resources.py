"""What of members is offered to clients."""

from resources.declaration import Resource
from resources.registry import register
from resources.rules import has_role, own, where
from users.models import User

SELF = own("id")
ACTIVE = where(is_active=True)
MODERATORS = has_role("moderator", "admin")


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
        "created_at",
    )
    editable = ("display_name", "bio", "avatar", "locale")
    readers = {"email": SELF | MODERATORS, "locale": SELF, "is_verified": SELF | MODERATORS}

    view = ACTIVE | MODERATORS
    list = ACTIVE | MODERATORS
    update = SELF & ACTIVE
    delete = SELF & ACTIVE

    filters = ("username", "created_at", "follower_count")
    scans = ("display_name",)
    search = ("username", "display_name", "bio")
    ordering = ("-created_at", "-follower_count", "username")
