"""Following, blocking and muting; each of them twice is the same as once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from resources.api import changes, row_sql
from users.models import Block, Follow, Mute, User

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Actor


def follow_member(user: User, *, by: Actor) -> None:
    """Follow a member."""
    if row_sql.exists(Follow, follower_id=by.id, followed_id=user.pk):
        return
    with changes.together():
        changes.create(Follow, by=by, follower_id=by.id, followed_id=user.pk)
        _count(cast("UUID", by.id), user.pk, by=by, difference=1)


def unfollow_member(user: User, *, by: Actor) -> None:
    """Follow a member no more."""
    follow = Follow.objects.filter(follower=by.id, followed=user).first()
    if follow is not None:
        delete_follow(follow, by=by)


def delete_follow(follow: Follow, *, by: Actor) -> None:
    """Delete a follow, which its two members then no longer count."""
    with changes.together():
        changes.delete(follow, by=by)
        _count(follow.follower_id, follow.followed_id, by=by, difference=-1)


def block_member(user: User, *, by: Actor) -> None:
    """Block a member; neither follows the other any more."""
    if row_sql.exists(Block, blocker_id=by.id, blocked_id=user.pk):
        return
    with changes.together():
        changes.create(Block, by=by, blocker_id=by.id, blocked_id=user.pk)
        for follow in list(Follow.objects.between(user.pk, by.id)):
            delete_follow(follow, by=by)


def unblock_member(user: User, *, by: Actor) -> None:
    """Take a block back; what was followed before is not followed again."""
    for block in Block.objects.filter(blocker=by.id, blocked=user):
        changes.delete(block, by=by)


def mute_member(user: User, *, by: Actor) -> None:
    """Mute a member, who isn't told."""
    if not row_sql.exists(Mute, muter_id=by.id, muted_id=user.pk):
        changes.create(Mute, by=by, muter_id=by.id, muted=user)


def unmute_member(user: User, *, by: Actor) -> None:
    """Mute a member no more."""
    for mute in Mute.objects.filter(muter=by.id, muted=user):
        changes.delete(mute, by=by)


def _count(follower_id: UUID, followed_id: UUID, *, by: Actor, difference: int) -> None:
    """Count a follow on both profiles, locked in the order of their ids lest two wait in a ring."""
    columns = {follower_id: "following_count", followed_id: "follower_count"}
    for key in sorted(columns):
        user = changes.locked(User(pk=key))
        count: int = getattr(user, columns[key])
        changes.update(user, by=by, **{columns[key]: max(0, count + difference)})
