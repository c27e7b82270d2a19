"""Members of the community."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import EmailValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from files.columns import picture
from resources.api import SYSTEM, Record, SealedField, SortedCharField, blind_index, changes

USERNAME = RegexValidator(
    r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{1,28})[A-Za-z0-9]$",
    _("3 to 30 letters, digits, dots, dashes or underscores."),
    code="bad_username",
)


def address(email: str) -> dict[str, str]:
    """Return the columns of an e-mail address: sealed, and the index it is found by."""
    lowered = email.strip().lower()
    return {"email": lowered, "email_index": blind_index(lowered)}


class UserManager(BaseUserManager["User"]):
    """Makes accounts through the write door."""

    def create_user(
        self, *, email: str, username: str, password: str | None, **columns: object
    ) -> User:
        """Create an account on behalf of the system; without a password, one is set by mail."""
        user = self.model(**address(email), username=username, **columns)
        user.set_password(password)
        values = {field.name: getattr(user, field.name) for field in user._meta.concrete_fields}
        return changes.create(User, by=SYSTEM, **values)

    def create_superuser(self, *, email: str, username: str, password: str) -> User:
        """Create an operator's account, which may do everything in the admin."""
        return self.create_user(
            email=email,
            username=username,
            password=password,
            is_staff=True,
            is_superuser=True,
            is_verified=True,
        )

    @override
    def get_by_natural_key(self, identity: str | None) -> User:
        """Find an account by e-mail address or username, whatever the case of letters."""
        key = (identity or "").lower()
        is_address = "@" in key
        match = {"email_index": blind_index(key)} if is_address else {"username__iexact": key}
        return self.get(**match)


class User(Record, AbstractBaseUser, PermissionsMixin):
    """A member: their account and public profile."""

    email = SealedField(_("e-mail address"), validators=[EmailValidator()])
    email_index = models.CharField(max_length=64, unique=True, editable=False)
    username = SortedCharField(_("username"), max_length=30, unique=True, validators=[USERNAME])
    display_name = SortedCharField(_("display name"), max_length=60, blank=True)
    bio = models.TextField(_("about"), max_length=500, blank=True)
    avatar = picture(_("avatar"))
    locale = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    is_verified = models.BooleanField(_("e-mail address verified"), default=False)
    barred_until = models.DateTimeField(_("barred until"), null=True, editable=False)
    silenced_until = models.DateTimeField(_("silenced until"), null=True, editable=False)
    leaves_at = models.DateTimeField(_("is erased at"), null=True, editable=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    trust_level = models.PositiveSmallIntegerField(_("trust level"), default=0)
    card_count = models.PositiveIntegerField(_("published cards"), default=0)
    collection_count = models.PositiveIntegerField(_("collections"), default=0)
    follower_count = models.PositiveIntegerField(_("followers"), default=0)
    following_count = models.PositiveIntegerField(_("following"), default=0)

    objects: ClassVar[UserManager] = UserManager()

    derived = frozenset(
        {"trust_level", "card_count", "collection_count", "follower_count", "following_count"}
    )
    unlogged = frozenset({"password", "last_login", "email_index"})
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_in_any_case",
                violation_error_message=_("This username is taken."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="user_newest"),
            models.Index(fields=["-follower_count", "-id"], name="user_most_followed"),
        ]

    @override
    def __str__(self) -> str:
        return self.username

    @override
    def get_session_auth_hash(self) -> str:
        """Return what the admin's cookie sessions are bound to: password and `session_epoch`."""
        bound = f"{self.password}:{self.session_epoch}"
        return salted_hmac("users.session", bound, algorithm="sha256").hexdigest()

    @property
    def is_barred(self) -> bool:
        """Return whether a suspension or ban is in force."""
        return self.barred_until is not None and self.barred_until > timezone.now()
