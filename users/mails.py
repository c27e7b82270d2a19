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


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says; `code` and `link` stand out, `button` is the link's label."""

    subject: str
    lines: Sequence[str]
    code: str = ""
    link: str = ""
    button: str = ""


def send_letter(letter: Letter, *, to: str, locale: str) -> None:
    """Send a letter; raises OSError or SMTPException as the mail server makes it."""
    with translation.override(locale):
        context = {"letter": letter, "locale": locale}
        text = render_to_string("users/mail/letter.txt", context)
        html = render_to_string("users/mail/letter.html", context)
    message = EmailMultiAlternatives(letter.subject, text, settings.DEFAULT_FROM_EMAIL, [to])
    message.attach_alternative(html, "text/html")
    message.send()
