"""`Idempotency-Key`: a repeated POST gets the first answer again.

After draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from resources.answers import HttpAnswer
from resources.errors import Problem, bad_parameter
from resources.models import KeptAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.actors import Actor

KEPT_FOR = timedelta(hours=48)
"""Twice as long as is promised: a clock that jumps a day ahead makes no answer forgotten."""
LONGEST_KEY = 255

type Answering = Callable[[], HttpAnswer]


def once(key: str, actor: Actor, request: tuple[str, bytes], answer: Answering) -> HttpAnswer:
    """Run `answer` unless this actor's key has been answered: then return that answer again.

    `request` is the path and the body. The key is written in the transaction of the change itself,
    so neither can be there without the other; a failed request keeps nothing. Raises Problem 422
    when the key came with another request, 400 for an unusable key.
    """
    repeated = kept_answer(key, actor, request)
    if repeated:
        return repeated
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(
                actor=_actor_key(actor), key=key, fingerprint=_fingerprint(request)
            )
            return _keep(kept, answer())
    except IntegrityError:
        # Another request with the key was faster; an answer of its own broke something else.
        repeated = kept_answer(key, actor, request)
        if repeated is None:
            raise
        return repeated


def kept_answer(key: str, actor: Actor, request: tuple[str, bytes]) -> HttpAnswer | None:
    """Return the answer that this actor's key was given before; None if there is none.

    Raises Problem as `once` does.
    """
    if not key.isprintable() or len(key) > LONGEST_KEY:
        raise bad_parameter("Idempotency-Key", "invalid", _("This must be 1 to 255 characters."))
    kept = _kept(_actor_key(actor), key)
    if kept is None:
        return None
    if kept.fingerprint != _fingerprint(request):
        raise Problem(422, "key_reused", _("This Idempotency-Key belongs to another request."))
    return HttpAnswer(kept.status, kept.body.encode(), kept.headers)


def forget_old_answers() -> int:
    """Delete answers kept for longer than `KEPT_FOR`; returns their number."""
    count, _per_model = KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return count


def _actor_key(actor: Actor) -> str:
    return str(actor.id or "anonymous")


def _fingerprint(request: tuple[str, bytes]) -> str:
    path, body = request
    return sha256(path.encode() + b"\0" + body).hexdigest()


def _kept(actor_key: str, key: str) -> KeptAnswer | None:
    since = timezone.now() - KEPT_FOR
    KeptAnswer.objects.filter(actor=actor_key, key=key, created_at__lt=since).delete()
    return KeptAnswer.objects.filter(actor=actor_key, key=key).first()


def _keep(kept: KeptAnswer, answer: HttpAnswer) -> HttpAnswer:
    kept.status = answer.status
    kept.headers = dict(answer.headers)
    kept.body = answer.body.decode()
    kept.save()
    return answer
