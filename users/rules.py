"""Rules about how members stand to each other, for the resources of every app.

view = SHOWN & unblocked("author")
list = SHOWN & unblocked("author") & unmuted("author")
"""

from django.utils.translation import gettext_lazy as _

from resources.api import Rule, has_role, unlinked

MODERATORS = has_role("moderator", "admin")


def unblocked(column: str) -> Rule:
    """Leave out the rows of members who have blocked the actor, or whom the actor has blocked.

    `column` names the row's member. Moderators see them all: they have to look after them.
    """
    return MODERATORS | on_terms(column)


def not_blocked_by(column: str) -> Rule:
    """Leave out the rows of members who have blocked the actor; moderators see them."""
    return MODERATORS | _not_blocked_by(column)


def on_terms(column: str) -> Rule:
    """Leave out the same rows as `unblocked`, for moderators too: they follow nobody by force."""
    not_blocked = unlinked(
        "users.Block",
        actor="blocker",
        member="blocked",
        column=column,
        words=_("whoever has not blocked its member"),
    )
    return not_blocked & _not_blocked_by(column)


def unmuted(column: str) -> Rule:
    """Leave out of lists the rows of members whom the actor has muted.

    A list that names the member (`?creator=<id>`) shows them: that is asking for them.
    """
    return unlinked(
        "users.Mute",
        actor="muter",
        member="muted",
        column=column,
        words=_("whoever has not muted its member"),
        opens_named=True,
    )


def followed(column: str) -> Rule:
    """Open the rows of members whom the actor follows."""
    return ~unlinked(
        "users.Follow",
        actor="follower",
        member="followed",
        column=column,
        words=_("whoever does not follow its member"),
    )


def _not_blocked_by(column: str) -> Rule:
    return unlinked(
        "users.Block",
        actor="blocked",
        member="blocker",
        column=column,
        words=_("whoever its member has not blocked"),
    )
