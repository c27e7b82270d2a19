"""What members say to each other."""

from community.models.chat import Message, Room, RoomMember
from community.models.comments import DEEPEST_REPLY, Comment
from community.models.edits import Edit
from community.models.feed import FeedItem, FeedRead
from community.models.likes import CommentLike, PostLike
from community.models.mentions import Mention
from community.models.moderation import (
    ActionKind,
    CaseAction,
    CaseEvent,
    CaseKind,
    CaseNote,
    CaseState,
    Decision,
    Ground,
    ModerationCase,
)
from community.models.moderators import ModeratorScope
from community.models.notification_settings import (
    MUTABLE,
    NotificationMute,
    NotificationPreference,
    PushKey,
    PushSubscription,
)
from community.models.notifications import (
    Digest,
    Inbox,
    Notification,
    NotificationKind,
    NotificationSource,
)
from community.models.polls import Poll, PollVote
from community.models.posts import POST_ATTACHMENTS, Post, PostImage
from community.models.reactions import Reaction
from community.models.reports import Appeal, Report
from community.models.room_reads import RoomRead
from community.models.screening import ScreeningAction, ScreeningMatch, ScreeningRule

__all__ = [
    "DEEPEST_REPLY",
    "MUTABLE",
    "POST_ATTACHMENTS",
    "ActionKind",
    "Appeal",
    "CaseAction",
    "CaseEvent",
    "CaseKind",
    "CaseNote",
    "CaseState",
    "Comment",
    "CommentLike",
    "Decision",
    "Digest",
    "Edit",
    "FeedItem",
    "FeedRead",
    "Ground",
    "Inbox",
    "Mention",
    "Message",
    "ModerationCase",
    "ModeratorScope",
    "Notification",
    "NotificationKind",
    "NotificationMute",
    "NotificationPreference",
    "NotificationSource",
    "Poll",
    "PollVote",
    "Post",
    "PostImage",
    "PostLike",
    "PushKey",
    "PushSubscription",
    "Reaction",
    "Report",
    "Room",
    "RoomMember",
    "RoomRead",
    "ScreeningAction",
    "ScreeningMatch",
    "ScreeningRule",
]
