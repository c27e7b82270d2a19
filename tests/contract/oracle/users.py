"""Members, what belongs to their accounts, and webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.oracle.words import Oracle, Says, Who, Writes, alike

if TYPE_CHECKING:
    from users.models import ApiKey, Follow, Session, User


OFFICIAL = {"role_given", "role_taken", "sanctioned", "sanction_lifted"}


def is_oneself(who: Who, user: Any) -> bool:
    return bool(who.id == user.pk)


def is_there(user: Any) -> bool:
    return bool(user.is_active and user.leaves_at is None)


def oneself_or_moderator(who: Who, user: object) -> bool:
    return is_oneself(who, user) or who.moderates


def may_view_user(who: Who, user: User) -> bool:
    is_open = is_there(user) and user.pk not in who.blocked_by
    return is_open or oneself_or_moderator(who, user)


def may_list_user(who: Who, user: User) -> bool:
    is_listed = is_there(user) and not who.is_apart_from(user.pk)
    return is_listed or who.moderates


def may_view_follow(who: Who, follow: Follow) -> bool:
    ends = (follow.follower, follow.followed)
    return who.id is not None and all(may_view_user(who, user) for user in ends)


def may_list_follow(who: Who, follow: Follow) -> bool:
    ends = (follow.follower, follow.followed)
    return who.id is not None and all(may_list_user(who, user) for user in ends)


def may_list_follows_of(who: Who, follow: Follow) -> bool:
    return may_view_follow(who, follow) and may_list_user(who, follow.followed)


def may_list_followers_of(who: Who, follow: Follow) -> bool:
    return may_view_follow(who, follow) and may_list_user(who, follow.follower)


def blocks(who: Who, block: Any) -> bool:
    return bool(who.id == block.blocker_id)


def mutes(who: Who, mute: Any) -> bool:
    return bool(who.id == mute.muter_id)


def may_follow_job(who: Who, job: Any) -> bool:
    is_theirs = who.id is not None and who.id == job.asked_by_id
    return bool(job.is_tracked and (is_theirs or who.moderates))


def owns(who: Who, row: Any) -> bool:
    return bool(who.id == row.user_id)


def owns_session(who: Who, session: Session) -> bool:
    return owns(who, session) and session.ended_at is None


def owns_key(who: Who, key: ApiKey) -> bool:
    return bool(who.id == key.owner_id and key.revoked_at is None)


def may_view_event(who: Who, event: Any) -> bool:
    return owns(who, event) or (who.moderates and event.kind in OFFICIAL)


def may_view_sanction(who: Who, sanction: object) -> bool:
    return owns(who, sanction) or who.moderates


def moderates(who: Who, _row: object) -> bool:
    return who.moderates


def is_admin(who: Who, _row: object) -> bool:
    return who.name == "admin"


PROFILE: dict[str, Says] = {
    "email": oneself_or_moderator,
    "locale": is_oneself,
    "is_verified": oneself_or_moderator,
    "leaves_at": is_oneself,
    "silenced_until": oneself_or_moderator,
}

ORACLES = {
    "users": Oracle(may_view_user, may_list_user, readable=PROFILE),
    "follows": Oracle(
        may_view_follow,
        may_list_follow,
        {"follower": may_list_follows_of, "followed": may_list_followers_of},
    ),
    "blocks": alike(blocks),
    "mutes": alike(mutes),
    "auth/former-usernames": alike(owns),
    "auth/sessions": alike(owns_session),
    "auth/events": alike(may_view_event, address=owns, device=owns, session=owns),
    "auth/api-keys": alike(owns_key),
    "auth/passkeys": alike(owns),
    "auth/identities": alike(owns),
    "sanctions": alike(may_view_sanction, imposed_by=moderates),
    "consents": alike(owns),
    "exports": alike(owns),
    "jobs": alike(may_follow_job, error=moderates),
    "webhooks": alike(is_admin),
}


def is_signed_in(who: Who, _row: object) -> bool:
    return who.id is not None


def edits_profile(who: Who, user: User) -> bool:
    return who.speaks and is_oneself(who, user)


WRITES = {
    "users": Writes(updates=edits_profile),
    "blocks": Writes(deletes=blocks),
    "mutes": Writes(deletes=mutes),
    "auth/former-usernames": Writes(deletes=owns),
    "auth/sessions": Writes(deletes=owns),
    "auth/api-keys": Writes(is_signed_in, owns_key, owns_key),
    "auth/passkeys": Writes(updates=owns, deletes=owns),
    "auth/identities": Writes(deletes=owns),
    "sanctions": Writes(creates=moderates),
    "consents": Writes(creates=is_signed_in),
    "webhooks": Writes(is_admin, is_admin, is_admin),
}
