"""What members say to each other."""

from community.models.chat import Message, Room, RoomMember
from community.models.comments import DEEPEST_REPLY, Comment
from community.models.feed import FeedItem, FeedRead
from community.models.likes import CommentLike, PostLike
from community.models.posts import POST_ATTACHMENTS, Post, PostImage

__all__ = [
    "DEEPEST_REPLY",
    "POST_ATTACHMENTS",
    "Comment",
    "CommentLike",
    "FeedItem",
    "FeedRead",
    "Message",
    "Post",
    "PostImage",
    "PostLike",
    "Room",
    "RoomMember",
]
