"""What a password may not be, beyond Django's own rules."""

from __future__ import annotations

import logging
import re
from hashlib import sha1
from http.client import HTTPException
from typing import TYPE_CHECKING, override
from urllib.request import Request, urlopen

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("holobase.passwords")

LETTERS = re.compile(r"[^\W\d_]+")
SECONDS = 3
LONGEST = 128


class LengthRule(MinimumLengthValidator):
    """Asks for 8 characters or more, and for no more than the sign-in takes."""

    @override
    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for what is too short or too long."""
        del user
        super().validate(password)
        MaxLengthValidator(LONGEST)(password)


class ContextWordsRule:
    """Refuses passwords made of words that everyone here thinks of (ASVS 5, 6.2.11)."""

    def __init__(self, words: Sequence[str]) -> None:
        alternatives = "|".join(map(re.escape, words))
        self.made_of_words = re.compile(f"(?:{alternatives})+", re.IGNORECASE)

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for nothing but such words, digits and signs."""
        del user
        letters = "".join(LETTERS.findall(password))
        if self.made_of_words.fullmatch(letters):
            raise ValidationError(_("This is too easy to guess here."), code="password_context")

    def get_help_text(self) -> str:
        """Say it before it is too late."""
        return _("Your password can't be made of words like “holobase” or “card” alone.")


class BreachedRule:
    """Refuses passwords that have leaked somewhere (ASVS 5, 6.2.12).

    Asks a service that speaks the range protocol of Have I Been Pwned, if one is named in
    `settings.BREACHED_PASSWORDS_URL`: five hex digits of the password's SHA-1 are sent and the
    rest is looked for in the answer. A service that does not answer refuses nothing.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for a password that the service knows."""
        del user
        url = settings.BREACHED_PASSWORDS_URL
        if not url:
            return
        digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        if digest[5:] in self._known(f"{url}{digest[:5]}"):
            message = _("This password has leaked elsewhere: choose another.")
            raise ValidationError(message, code="password_breached")

    def get_help_text(self) -> str:
        """Say it before it is too late."""
        return _("Your password can't be one that has leaked elsewhere.")

    def _known(self, url: str) -> set[str]:
        request = Request(url, headers={"Add-Padding": "true", "User-Agent": "holobase"})  # noqa: S310 - the operator's own setting
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
                lines: list[str] = answer.read().decode().splitlines()
        except (OSError, HTTPException, ValueError) as failure:
            logger.warning("breached passwords can't be asked for: %s", failure)
            return set()
        pairs = (line.strip().partition(":") for line in lines)
        return {suffix for suffix, _colon, count in pairs if count != "0"}
