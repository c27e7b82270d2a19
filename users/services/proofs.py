"""Codes and links by mail: asked for, made when the mail is, and good once."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from secrets import randbelow, token_urlsafe
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
from django.core import signing
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from resources.api import Problem, blind_index
from users.models import Proof, Purpose, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.api import JsonObject

SALT = "users.proof"
MOST_FAILURES = 5
CODE_DIGITS = 8
LIFETIMES = {
    Purpose.VERIFY: timedelta(hours=24),
    Purpose.RESET: timedelta(minutes=30),
    Purpose.CHANGE: timedelta(hours=1),
    Purpose.SIGN_IN: timedelta(minutes=10),
}


def ask_for_proof(
    purpose: Purpose,
    address: str,
    *,
    user: User | None = None,
    payload: Mapping[str, object] | None = None,
) -> Proof:
    """Write down that somebody wants to prove an address; the mail is sent in the background.

    This does the same, and takes the same time, for every address.
    """
    lowered = address.strip().lower()
    return Proof.objects.create(
        purpose=purpose,
        address=lowered,
        address_index=blind_index(lowered),
        user=user,
        payload=orjson.dumps(payload).decode() if payload else "",
        locale=get_language() or "en",
        expires_at=timezone.now() + LIFETIMES[purpose],
    )


def account_of(proof: Proof) -> User | None:
    """Return the account of a proof's address, if there is one."""
    return User.objects.filter(email_index=proof.address_index).first()


def payload_of(proof: Proof) -> JsonObject:
    """Return what was sent along when the proof was asked for."""
    content: JsonObject = orjson.loads(proof.payload or "{}")
    return content


def issue_code(proof: Proof) -> tuple[str, str]:
    """Make the code and the link's token of a proof; only their digests are kept.

    A repeated task makes new ones: what was mailed before is no good then.
    """
    code = f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    secret = token_urlsafe(24)
    proof.code_digest = _code_digest(proof, code)
    proof.secret_digest = sha256(secret.encode()).hexdigest()
    proof.save(update_fields=["code_digest", "secret_digest"])
    return code, signing.dumps([str(proof.pk), secret], salt=SALT)


def proof_by_code(purpose: Purpose, proof_id: UUID, code: str) -> Proof:
    """Find a proof by its id, if the code is right.

    The id was answered to whoever asked, so that nobody can use up another's tries or have another
    confirm what was not their own wish. Raises Problem 400 `wrong_code` whatever is wrong; after
    five wrong codes none is right.
    """
    proof = _usable(purpose, proof_id)
    if proof is None or not _take_try(proof):
        raise wrong_code()
    if not constant_time_compare(proof.code_digest, _code_digest(proof, code)):
        raise wrong_code()
    Proof.objects.filter(pk=proof.pk).update(failure_count=F("failure_count") - 1)
    return proof


def proof_by_token(purpose: Purpose, token: str) -> Proof:
    """Find the proof of a link; raises Problem 400 `wrong_code` whatever is wrong."""
    try:
        identifier, secret = signing.loads(token, salt=SALT, max_age=max(LIFETIMES.values()))
    except (signing.BadSignature, ValueError):
        raise wrong_code() from None
    proof = _usable(purpose, UUID(identifier))
    digest = sha256(secret.encode()).hexdigest()
    if proof is None or not constant_time_compare(proof.secret_digest, digest):
        raise wrong_code()
    return proof


def use_up(proof: Proof) -> None:
    """Spend a proof, and with it all of its kind for the address; raises Problem 400 if it is.

    Call it in the transaction of what the proof is for, so that a failure leaves it good.
    """
    now = timezone.now()
    spent = Proof.objects.filter(pk=proof.pk, used_at=None).update(used_at=now)
    if not spent:
        raise wrong_code()
    Proof.objects.filter(
        purpose=proof.purpose, address_index=proof.address_index, used_at=None
    ).update(used_at=now)


def wrong_code() -> Problem:
    """Say that a code or link is no good, and not why."""
    return Problem(400, "wrong_code", _("This code or link is not valid or has expired."))


def forget_old_proofs() -> int:
    """Delete proofs a day after they ran out; returns their number."""
    old = timezone.now() - timedelta(days=1)
    count, _per_model = Proof.objects.filter(expires_at__lt=old).delete()
    return count


def _usable(purpose: Purpose, proof_id: UUID) -> Proof | None:
    usable = Proof.objects.filter(used_at=None, expires_at__gt=timezone.now())
    return usable.filter(pk=proof_id, purpose=purpose).first()


def _take_try(proof: Proof) -> bool:
    """Count a try before it is looked at, so that many at once are no way round the limit."""
    left = Proof.objects.filter(pk=proof.pk, failure_count__lt=MOST_FAILURES)
    return bool(left.update(failure_count=F("failure_count") + 1))


def _code_digest(proof: Proof, code: str) -> str:
    """Bind a code to its proof under a key, as eight digits alone could be tried offline."""
    return blind_index(f"{proof.pk}:{code}")
