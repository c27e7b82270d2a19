"""Members of the community."""

from __future__ import annotations

from typing import Any, ClassVar, override

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from resources import changes
from resources.actors import SYSTEM
from resources.models import Record

USERNAME = RegexValidator(
    r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{1,28})[A-Za-z0-9]$",
    _("3 to 30 letters, digits, dots, dashes or underscores."),
    code="bad_username",
)


class UserManager(BaseUserManager["User"]):
    """Makes accounts through the write door."""

    def create_user(self, *, email: str, username: str, password: str, **columns: Any) -> User:
        """Create an account on behalf of the system."""
        user = self.model(email=email.lower(), username=username, **columns)
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
        match = models.Q(email=key) if "@" in key else models.Q(username__iexact=key)
        return self.get(match)


class User(Record, AbstractBaseUser, PermissionsMixin):
    """A member: their account and public profile."""

    email = models.EmailField(_("e-mail address"), unique=True)
    username = models.CharField(_("username"), max_length=30, unique=True, validators=[USERNAME])
    display_name = models.CharField(_("display name"), max_length=60, blank=True)
    bio = models.TextField(_("about"), max_length=500, blank=True)
    avatar = models.ForeignKey(
        "files.File",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("avatar"),
    )
    locale = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    is_verified = models.BooleanField(_("e-mail address verified"), default=False)
    trust_level = models.PositiveSmallIntegerField(_("trust level"), default=0)
    card_count = models.PositiveIntegerField(_("published cards"), default=0)
    collection_count = models.PositiveIntegerField(_("collections"), default=0)
    follower_count = models.PositiveIntegerField(_("followers"), default=0)
    following_count = models.PositiveIntegerField(_("following"), default=0)

    objects: ClassVar[UserManager] = UserManager()

    unlogged = frozenset({"password", "last_login"})
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
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="email_in_lower_case",
                violation_error_message=_("E-mail addresses are kept in lower case."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="user_newest"),
            models.Index(fields=["-follower_count", "-id"], name="user_most_followed"),
        ]

    @override
    def __str__(self) -> str:
        return self.username
