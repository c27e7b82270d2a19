"""Moderators' view of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm

from resources.records_admin import RecordAdmin
from users.models import User

if TYPE_CHECKING:
    from django.forms import ModelForm
    from django.http import HttpRequest


def is_operator(request: HttpRequest) -> bool:
    """Tell whether the user may change accounts, and with them who may do what."""
    return bool(request.user.is_superuser)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], RecordAdmin):
    """Accounts and roles: moderators look at them, operators change them."""

    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "display_name", "email", "is_active", "is_verified", "card_count")
    list_filter = ("is_active", "is_verified", "is_staff", "groups")
    search_fields = ("username", "display_name", "email")
    ordering = ("-created_at",)
    readonly_fields = (
        "last_login",
        "created_at",
        "card_count",
        "collection_count",
        "follower_count",
        "following_count",
        "change_log",
    )
    raw_id_fields = ("avatar",)
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        (_("Profile"), {"fields": ("display_name", "bio", "avatar", "locale")}),
        (
            _("Standing"),
            {"fields": ("is_active", "is_verified", "trust_level", "is_staff", "is_superuser")},
        ),
        (_("Roles"), {"fields": ("groups",)}),
        (
            _("Numbers"),
            {
                "fields": (
                    "card_count",
                    "collection_count",
                    "follower_count",
                    "following_count",
                    "created_at",
                    "last_login",
                    "change_log",
                )
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("username", "email", "password1", "password2")}),)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_operator(request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_operator(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_operator(request)

    @override
    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        created = User.objects.create_user(
            email=obj.email, username=obj.username, password=form.cleaned_data["password1"]
        )
        obj.pk, obj._state.adding = created.pk, False
