"""Letters to members, as HTML and text, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

if TYPE_CHECKING:
    from collections.abc import Sequence


SAME_DOMAINS = {"googlemail.com": "gmail.com"}
WITHOUT_DOTS = frozenset({"gmail.com"})
"""Domains that ignore dots in the name (https://support.google.com/mail/answer/7436150)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says; `code` and `link` stand out, `button` is the link's label."""

    subject: str
    lines: Sequence[str]
    code: str = ""
    link: str = ""
    button: str = ""


def mailbox_of(address: str) -> str:
    """Return what limits count an e-mail address as: the mailbox that its mails end up in.

    The tag of a plus-address is dropped (RFC 5233), as is the case of letters, and what a provider
    is known to ignore.
    """
    local, _at, domain = address.strip().lower().rpartition("@")
    domain = SAME_DOMAINS.get(domain, domain)
    # What begins with a plus has no other name.
    local = local[:1] + local[1:].partition("+")[0]
    if domain in WITHOUT_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def send_letter(letter: Letter, *, to: str, locale: str) -> None:
    """Send a letter; raises OSError or SMTPException as the mail server makes it."""
    with translation.override(locale):
        context = {"letter": letter, "locale": locale}
        text = render_to_string("users/mail/letter.txt", context)
        html = render_to_string("users/mail/letter.html", context)
    message = EmailMultiAlternatives(letter.subject, text, settings.DEFAULT_FROM_EMAIL, [to])
    message.attach_alternative(html, "text/html")
    message.send()
