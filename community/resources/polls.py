"""What of polls is offered to clients."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from community.models import Poll, PollVote
from community.services import polls
from community.tasks.polls import schedule_closings
from resources.api import (
    VERIFIED,
    LogConsumer,
    RecordAction,
    Resource,
    consume,
    linked,
    own,
    register,
    visible,
    where,
)

VOTED = linked("community.PollVote", row="poll", member="user", words=_("whoever has voted"))
ASKING = visible("post", verb="update")
KEEPING = visible("post", verb="delete")


class VoteInput(serializers.Serializer[object]):
    """The option that is voted for: 0 for the first."""

    option = serializers.IntegerField(min_value=0)


@register(Poll)
class PollResource(Resource):
    """A poll in a post. Vote with `PUT /api/v1/polls/{id}/vote` and `{"option": 0}`, once.

    `counts` are the votes of each option, in the order of `options`. Where `has_hidden_results` is
    set they are null for who has not voted, until the poll is closed.
    """

    fields = (
        "id",
        "post",
        "options",
        "closes_at",
        "is_closed",
        "has_hidden_results",
        "counts",
        "vote_count",
        "created_at",
    )
    # What was voted on does not change afterwards.
    writable = ("post", "options", "closes_at", "has_hidden_results")
    readers = {"counts": where(has_hidden_results=False) | where(is_closed=True) | VOTED}
    expand = ("post",)
    viewer = {"voted": VOTED}

    view = visible("post")
    list = visible("post")
    create = ASKING
    delete = KEEPING

    filters = ("post", "created_at")
    scans = ("is_closed", "closes_at", "vote_count")
    ordering = ("-created_at",)
    screened = ("options",)
    topics = ("post",)

    creates = polls.start_poll
    actions = (
        RecordAction("vote", "PUT", VERIFIED, polls.vote, _("Vote"), takes=VoteInput),
        RecordAction("close", "POST", KEEPING, polls.close_poll, _("Close the poll")),
    )


@register(PollVote)
class PollVoteResource(Resource):
    """What you voted for; nobody else is told."""

    fields = ("id", "poll", "user", "option", "created_at")
    expand = ("poll",)

    view = own("user")
    list = own("user")

    filters = ("poll", "created_at")
    ordering = ("-created_at",)

    deletes = polls.delete_vote


consume(LogConsumer("poll-closings", frozenset({"polls"}), schedule_closings))
