"""Background work on accounts."""

from __future__ import annotations

from uuid import UUID

from resources.api import LONG, SOON, Action, Change, JobContext, job, unseal
from users.callers import Caller
from users.services import exports, login_throttle, mail


@job(priority=SOON)
def mail_proof(proof_id: str) -> None:
    """Mail the code and link of a proof."""
    mail.mail_proof(UUID(proof_id))


@job(priority=SOON)
def mail_event(event_id: str) -> None:
    """Tell a member what happened to the account."""
    mail.mail_event(UUID(event_id))


@job(priority=SOON)
def mail_previous_address(proof_id: str) -> None:
    """Tell the address that an account had of its change."""
    mail.mail_previous_address(UUID(proof_id))


@job(priority=SOON)
def record_failed_sign_in(identity: str, address: str, device: str) -> None:
    """Write a failed sign-in into the account activity; identity and address come sealed."""
    login_throttle.record_failure(unseal(identity), Caller(unseal(address), device))


@job(queue=LONG, is_tracked=True)
def build_export(context: JobContext, export_id: str) -> None:
    """Put an archive of a member's data together."""

    def tell(done: int, total: int) -> None:
        context.report(done=done, total=total)

    exports.build_export(UUID(export_id), tell=tell, is_last_attempt=context.is_last_attempt)


def tell_member(change: Change, **_signal: object) -> None:
    """Mail the committed account events that members are told of (signal handler)."""
    if change.action == Action.CREATE and change.after["kind"] in mail.MAILED_EVENTS:
        mail_event.enqueue(str(change.record_id))
