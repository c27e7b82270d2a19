"""Notifications in words, in the language that is active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.models import NotificationKind
from templates_app.models import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

    from community.models import Notification

Kind = NotificationKind
LONGEST_TITLE = 60
SENTENCES: Mapping[str, Promise] = {
    Kind.COMMENT: gettext_lazy("%(who)s commented on %(what)s."),
    Kind.REPLY: gettext_lazy("%(who)s replied to your comment."),
    Kind.MENTION: gettext_lazy("%(who)s mentioned you."),
    Kind.LIKE: gettext_lazy("%(who)s liked %(what)s."),
    Kind.REACTION: gettext_lazy("%(who)s reacted to %(what)s."),
    Kind.FOLLOW: gettext_lazy("%(who)s started to follow you."),
    Kind.REMIX: gettext_lazy("%(who)s remixed your card: %(what)s."),
    Kind.PUBLICATION: gettext_lazy("%(who)s published %(what)s."),
    Kind.REVIEW: gettext_lazy("%(who)s reviewed %(what)s."),
}
APPROVED = gettext_lazy("The moderators have approved %(what)s.")
SENT_BACK = gettext_lazy("The moderators ask for changes to %(what)s.")
SANCTIONED = gettext_lazy("A decision of the moderators about you: %(what)s.")


def sentence(notification: Notification) -> str:
    """Return one sentence that tells what a notification is about."""
    words = {"who": _who(notification), "what": _what(notification)}
    return str(_sentence_of(notification)) % words


def _sentence_of(notification: Notification) -> Promise:
    if notification.template and notification.kind == Kind.TEMPLATE:
        template = notification.template
        states = (template.state, template.pending_state)
        return SENT_BACK if Template.State.CHANGES_REQUESTED in states else APPROVED
    return SENTENCES.get(notification.kind, SANCTIONED)


def _who(notification: Notification) -> str:
    """Return “Bob”, or “Bob and 2 others”."""
    actor = notification.actor
    if actor is None:
        return _("Somebody")
    name, others = actor.display_name or actor.username, notification.actor_count - 1
    if others < 1:
        return _("%(name)s") % {"name": name}
    words = ngettext("%(name)s and %(count)d other", "%(name)s and %(count)d others", others)
    return words % {"name": name, "count": others}


def _what(notification: Notification) -> str:
    """Return what it is about: “a title”, the beginning of a post, “your comment”."""
    if notification.sanction:
        return notification.sanction.get_kind_display()
    if notification.comment and notification.kind in (Kind.LIKE, Kind.REACTION):
        return _("your comment")
    about = notification.card or notification.post or notification.template
    return f"“{Truncator(str(about)).chars(LONGEST_TITLE)}”" if about else ""
