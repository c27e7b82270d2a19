"""Moderators' view of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.views import PasswordChangeView
from django.db.models import Value
from django.forms import ModelForm
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from resources.admin.derived import derived_admin
from resources.admin.records import ReadOnlyAdmin, RecordAdmin, acting
from resources.api import blind_index, registry
from users.callers import NOWHERE
from users.forms import MemberPasswordForm, OwnPasswordForm, SignInForm
from users.models import (
    AccountEvent,
    ApiKey,
    Consent,
    Export,
    Identity,
    Passkey,
    Sanction,
    Session,
    User,
)
from users.selectors import ROLES, SCOPED_MODERATOR
from users.services.erasure import request_erasure
from users.services.roles import assign_role, take_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

BUILT_IN = (*ROLES, SCOPED_MODERATOR)
"""The groups that roles are kept as."""

admin.site.login_form = SignInForm
admin.site.login_template = "users/admin_login.html"


def is_operator(request: HttpRequest) -> bool:
    """Return whether the user may change accounts, and with them who may do what."""
    return bool(request.user.is_superuser)


def masked(address: str) -> str:
    """Return an e-mail address with little left of it: `a***@e***.com`."""
    name, _at, domain = address.partition("@")
    host, _dot, ending = domain.rpartition(".")
    return f"{name[:1]}***@{host[:1]}***.{ending}"


def change_own_password(request: HttpRequest) -> HttpResponseBase:
    """Change a moderator's own password (the theme's own page takes no other form)."""
    view = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse_lazy("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return view(request)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], RecordAdmin):
    """Accounts and roles: moderators look at them, operators change them."""

    change_password_form = MemberPasswordForm
    list_display = ("username", "display_name", "address", "is_active", "is_verified", "card_count")
    list_filter = ("is_active", "is_verified", "is_staff", "groups")
    search_fields = ("username", "display_name")
    search_help_text = _("A name, or a whole e-mail address.")
    ordering = ("-created_at",)
    raw_id_fields = ("avatar",)
    readonly_fields = (
        "address",
        "is_staff",
        "barred_until",
        "silenced_until",
        "leaves_at",
        "last_login",
        "created_at",
        "card_count",
        "collection_count",
        "follower_count",
        "following_count",
        "change_log",
    )
    fieldsets = (
        (None, {"fields": ("username", "address", "password")}),
        (_("Profile"), {"fields": ("display_name", "bio", "avatar", "locale")}),
        (
            _("Standing"),
            {
                "fields": (
                    "is_active",
                    "is_verified",
                    "trust_level",
                    "barred_until",
                    "silenced_until",
                    "leaves_at",
                    "is_staff",
                    "is_superuser",
                )
            },
        ),
        (_("Roles"), {"fields": ("groups",)}),
        (_("Numbers"), {"fields": readonly_fields[5:]}),
    )
    # Without a password: one is set on the account's page, or by its member by mail.
    add_form = ModelForm
    add_fieldsets = ((None, {"fields": ("username", "email")}),)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Keep addresses from all but operators before a page is made of them."""
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.annotate(is_address_shown=Value(is_operator(request)))

    @admin.display(description=_("e-mail address"))
    def address(self, user: User) -> str:
        """Return the address for operators, and for others enough of it to tell two apart."""
        return user.email if getattr(user, "is_address_shown", False) else masked(user.email)

    @override
    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> list[str] | tuple[str, ...]:
        # Before there is a row, its address is what makes it.
        return self.readonly_fields if obj else ()

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        if "@" in search_term and is_operator(request):
            index = blind_index(search_term.strip().lower())
            return queryset.filter(email_index=index), False
        return super().get_search_results(request, queryset, search_term)

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
    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Have the account erased after its days of grace, as when its member asks for it."""
        leaving = request_erasure(obj, by=acting(request), caller=NOWHERE)
        text = _("%(member)s is signed out and will be erased on %(day)s. A ban keeps them out.")
        shown = {
            "member": leaving.username,
            "day": date_format(leaving.leaves_at or timezone.now()),
        }
        self.message_user(request, text % shown, messages.WARNING)

    @override
    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        created = User.objects.create_user(email=obj.email, username=obj.username, password=None)
        obj.pk, obj._state.adding = created.pk, False

    @override
    def save_related(
        self, request: HttpRequest, form: ModelForm[User], formsets: object, change: bool
    ) -> None:
        """Grant and revoke roles one by one, so that each is in the member's account activity."""
        user = User.objects.get(pk=form.instance.pk)
        held = set(user.groups.values_list("name", flat=True))
        chosen = {group.name for group in form.cleaned_data.get("groups", ())} if change else held
        by = acting(request)
        for role in chosen - held:
            assign_role(user, role=role, by=by)
        for role in held - chosen:
            take_role(user, role=role, by=by)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ModelAdmin):
    """Roles: those that rules know can be neither deleted nor renamed."""

    search_fields = ("name",)
    fields = ("name",)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        is_built_in = obj is not None and obj.name in BUILT_IN
        return is_operator(request) and not is_built_in

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> object:
        return ("name",) if obj is not None and obj.name in BUILT_IN else ()

    @override
    def get_actions(
        self, request: HttpRequest, action_location: object = ActionLocation.CHANGE_LIST
    ) -> object:
        """Leave out deleting several at once, which would not look at each."""
        actions = super().get_actions(request, action_location)
        return {name: action for name, action in actions.items() if name != "delete_selected"}


class OwnAdmin(ReadOnlyAdmin, RecordAdmin):
    """What members do to their own accounts: nobody else changes it."""

    @override
    def get_fields(self, request: HttpRequest, obj: object = None) -> object:
        return registry.resource_of(self.model).fields


@admin.register(AccountEvent)
class AccountEventAdmin(OwnAdmin):
    """The account activity of all members, without the places that are only theirs to see."""

    list_display = ("created_at", "user", "kind", "detail")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-created_at",)

    @override
    def get_fields(self, request: HttpRequest, obj: object = None) -> object:
        return ("created_at", "user", "kind", "detail")


class OperatorsAdmin(OwnAdmin):
    """What only operators look at."""

    list_select_related: Sequence[str] = ("user",)
    search_fields: Sequence[str] = ("user__username",)
    ordering = ("-created_at",)

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_operator(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_operator(request)


@admin.register(Session)
class SessionAdmin(OperatorsAdmin):
    """Where members are signed in."""

    list_display = ("user", "device", "method", "last_seen_at", "ended_at")


@admin.register(Passkey)
class PasskeyAdmin(OperatorsAdmin):
    """Passkeys, without their keys."""

    list_display = ("user", "name", "is_backed_up", "last_used_at")


@admin.register(Identity)
class IdentityAdmin(OperatorsAdmin):
    """Accounts elsewhere that members sign in by."""

    list_display = ("user", "provider", "last_used_at")


@admin.register(Consent)
class ConsentAdmin(OperatorsAdmin):
    """What members agreed to."""

    list_display = ("user", "document", "version", "is_given", "created_at")
    list_filter = ("document", "is_given")


@admin.register(Export)
class ExportAdmin(OperatorsAdmin):
    """Copies of their data that members asked for."""

    list_display = ("user", "state", "size", "created_at", "expires_at")


@admin.register(ApiKey)
class ApiKeyAdmin(OperatorsAdmin):
    """Keys for servers, without their secrets."""

    list_display = ("owner", "name", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("owner",)
    search_fields = ("owner__username", "name")


DerivedSanctionAdmin: Any = derived_admin(registry.resource_of(Sanction))


@admin.register(Sanction)
class SanctionAdmin(DerivedSanctionAdmin):
    """Measures against members: imposed and lifted, never rewritten."""

    list_display = ("user", "kind", "reason", "expires_at", "lifted_at", "imposed_by")
    list_display_links = ("kind",)
    list_filter = ("kind",)
    list_select_related = ("user", "imposed_by")
    search_fields = ("user__username", "reason")
    ordering = ("-created_at",)
