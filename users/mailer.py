"""Mail to members, as HTML and text, in the recipient's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence


SAME_DOMAINS = {"googlemail.com": "gmail.com"}
WITHOUT_DOTS = frozenset({"gmail.com"})
"""Domains that ignore dots in the name (https://support.google.com/mail/answer/7436150)."""


@dataclass(frozen=True, slots=True)
class MailMessage:
    """The content of a mail; `code` and `link` are set apart, `button` is the link's label.

    `unsubscribe` is an address that a POST to ends mails of this kind (RFC 8058).
    """

    subject: str
    lines: Sequence[str]
    code: str = ""
    link: str = ""
    button: str = ""
    unsubscribe: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers by which mail programs offer to unsubscribe (RFC 2369, RFC 8058)."""
        if not self.unsubscribe:
            return {}
        one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return {"List-Unsubscribe": f"<{self.unsubscribe}>", **one_click}


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


def send_mail_message(message: MailMessage, *, to: str, locale: str) -> None:
    """Send a mail; raises OSError or SMTPException if the mail server refuses it."""
    with translation.override(locale):
        context = {"message": message, "locale": locale, "stop": _("Stop these mails")}
        text = render_to_string("users/mail/message.txt", context)
        html = render_to_string("users/mail/message.html", context)
    email = EmailMultiAlternatives(
        message.subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers=message.headers
    )
    email.attach_alternative(html, "text/html")
    email.send()
