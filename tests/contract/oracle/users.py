"""Members, what belongs to their accounts, and webhooks."""

from typing import Any

from tests.contract.oracle.words import Oracle, Says, Who, Writes, alike

OFFICIAL = {"role_given", "role_taken", "sanctioned", "sanction_lifted"}


def is_oneself(who: Who, user: Any) -> bool:
    return bool(who.id == user.pk)


def is_there(user: Any) -> bool:
    return bool(user.is_active and user.leaves_at is None)


def oneself_or_moderator(who: Who, user: object) -> bool:
    return is_oneself(who, user) or who.moderates


def may_view_user(who: Who, user: object) -> bool:
    return is_there(user) or oneself_or_moderator(who, user)


def may_list_user(who: Who, user: object) -> bool:
    return is_there(user) or who.moderates


def owns(who: Who, row: Any) -> bool:
    return bool(who.id == row.user_id)


def owns_session(who: Who, session: Any) -> bool:
    return owns(who, session) and session.ended_at is None


def owns_key(who: Who, key: Any) -> bool:
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
    "auth/sessions": alike(owns_session),
    "auth/events": alike(may_view_event, address=owns, device=owns, session=owns),
    "auth/api-keys": alike(owns_key),
    "auth/passkeys": alike(owns),
    "auth/identities": alike(owns),
    "sanctions": alike(may_view_sanction, imposed_by=moderates),
    "consents": alike(owns),
    "exports": alike(owns),
    "webhooks": alike(is_admin),
}


def is_signed_in(who: Who, _row: Any) -> bool:
    return who.id is not None


def edits_profile(who: Who, user: Any) -> bool:
    return who.speaks and is_oneself(who, user)


WRITES = {
    "users": Writes(updates=edits_profile),
    "auth/sessions": Writes(deletes=owns),
    "auth/api-keys": Writes(is_signed_in, owns_key, owns_key),
    "auth/passkeys": Writes(updates=owns, deletes=owns),
    "auth/identities": Writes(deletes=owns),
    "sanctions": Writes(creates=moderates),
    "consents": Writes(creates=is_signed_in),
    "webhooks": Writes(is_admin, is_admin, is_admin),
}
