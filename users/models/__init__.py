"""Accounts and everything that belongs to one."""

from users.models.activity import ActiveDay
from users.models.credentials import ApiKey, Passkey, RecoveryCode, SigningKey, Totp
from users.models.identities import Identity
from users.models.members import User, UserManager, address
from users.models.privacy import Consent, Export
from users.models.proofs import Proof, Purpose
from users.models.relationships import Block, Follow, Mute
from users.models.sanctions import Sanction, SanctionKind
from users.models.sessions import AccountEvent, EventKind, Session
from users.models.usernames import FormerUsername

__all__ = [
    "AccountEvent",
    "ActiveDay",
    "ApiKey",
    "Block",
    "Consent",
    "EventKind",
    "Export",
    "Follow",
    "FormerUsername",
    "Identity",
    "Mute",
    "Passkey",
    "Proof",
    "Purpose",
    "RecoveryCode",
    "Sanction",
    "SanctionKind",
    "Session",
    "SigningKey",
    "Totp",
    "User",
    "UserManager",
    "address",
]
