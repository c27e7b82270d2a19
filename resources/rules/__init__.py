"""Who may: rules that map an actor to every row, no row, or a condition on rows."""

from resources.rules.algebra import ANYONE, NOBODY, Rule, Scope, both_scope, narrowed
from resources.rules.links import linked, unlinked
from resources.rules.predicates import (
    SIGNED_IN,
    SYSTEM_ONLY,
    UNSILENCED,
    VERIFIED,
    has_role,
    own,
    trusted,
    visible,
    where,
)
from resources.rules.unread import UnreadCount

__all__ = [
    "ANYONE",
    "NOBODY",
    "SIGNED_IN",
    "SYSTEM_ONLY",
    "UNSILENCED",
    "VERIFIED",
    "Rule",
    "Scope",
    "UnreadCount",
    "both_scope",
    "has_role",
    "linked",
    "narrowed",
    "own",
    "trusted",
    "unlinked",
    "visible",
    "where",
]
