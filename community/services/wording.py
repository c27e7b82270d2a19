"""Notifications in words, in the language that is active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.models import ActionKind, NotificationKind
from resources.api import registry
from templates_app.models import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

    from community.models import CaseAction, Notification

Kind = NotificationKind
LONGEST_TITLE = 60
LONGEST_REASON = 200
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

ACTED: Mapping[str, Promise] = {
    ActionKind.DISMISS: gettext_lazy("Your %(what)s is shown again."),
    ActionKind.HIDE: gettext_lazy("The moderators have hidden your %(what)s."),
    ActionKind.DELETE: gettext_lazy("The moderators have deleted your %(what)s."),
    ActionKind.REQUEST_CHANGES: gettext_lazy("The moderators ask you to change your %(what)s."),
}
HELD_BACK = gettext_lazy("Your %(what)s is hidden until the moderators decide.")
REPORT_DECIDED = gettext_lazy("The moderators have decided about your report: %(what)s.")
APPEAL_DECIDED = gettext_lazy("The moderators have decided about your appeal: %(what)s.")


def sentence(notification: Notification) -> str:
    """Return one sentence that tells what a notification is about, and the reason if there is."""
    words = {"who": _who(notification), "what": _what(notification)}
    told, reason = str(_sentence_of(notification)) % words, _reason(notification)
    both = {"sentence": told, "reason": reason}
    return _("%(sentence)s Reason: %(reason)s") % both if reason else told


def _sentence_of(notification: Notification) -> Promise:
    if notification.kind == Kind.MODERATION:
        return _judgement(notification)
    if notification.template and notification.kind == Kind.TEMPLATE:
        template = notification.template
        states = (template.state, template.pending_state)
        return SENT_BACK if Template.State.CHANGES_REQUESTED in states else APPROVED
    return SENTENCES[notification.kind]


def _judgement(notification: Notification) -> Promise:
    if notification.report:
        return REPORT_DECIDED
    if notification.appeal:
        return APPEAL_DECIDED
    action = notification.action
    if action is None:
        return SANCTIONED
    return HELD_BACK if action.is_automatic else ACTED.get(action.kind, SANCTIONED)


def _reason(notification: Notification) -> str:
    """Return why moderators decided something, as they said it to whom it is told."""
    action, sanction = notification.action, notification.sanction
    answered = notification.report or notification.appeal
    if answered:
        said = [answered.answer]
    elif action:
        said = [action.get_ground_display() if action.ground else "", action.reason]
    else:
        said = [sanction.reason if sanction else ""]
    return Truncator(". ".join(filter(None, said))).chars(LONGEST_REASON)


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
    """Return what it is about: “a title”, the beginning of a post, “your comment”, an outcome."""
    decided = notification.report or notification.appeal
    if decided:
        return decided.get_outcome_display()
    if notification.sanction:
        return notification.sanction.get_kind_display()
    if notification.action:
        return _name_of_target(notification.action)
    if notification.comment and notification.kind in (Kind.LIKE, Kind.REACTION):
        return _("your comment")
    about = notification.card or notification.post or notification.template
    return f"“{Truncator(str(about)).chars(LONGEST_TITLE)}”" if about else ""


def _name_of_target(action: CaseAction) -> str:
    """Return what kind of record was acted on: “post”."""
    resource = registry.named(action.target_resource)
    return str(resource.record_model._meta.verbose_name) if resource else action.target_resource
