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
from community.models.polls import Poll, PollVote
from community.models.posts import POST_ATTACHMENTS, Post, PostImage
from community.models.reactions import Reaction
from community.models.reports import Appeal, Report
from community.models.room_reads import RoomRead
from community.models.screening import ScreeningAction, ScreeningMatch, ScreeningRule

__all__ = [
    "DEEPEST_REPLY",
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
    "Edit",
    "FeedItem",
    "FeedRead",
    "Ground",
    "Mention",
    "Message",
    "ModerationCase",
    "ModeratorScope",
    "Poll",
    "PollVote",
    "Post",
    "PostImage",
    "PostLike",
    "Reaction",
    "Report",
    "Room",
    "RoomMember",
    "RoomRead",
    "ScreeningAction",
    "ScreeningMatch",
    "ScreeningRule",
]
