"""Webhooks in the admin, for admins and operators alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext as _

from resources.admin.records import ReadOnlyAdmin, RecordAdmin, acting
from resources.api import changes
from webhooks.models import Delivery, Webhook
from webhooks.services.managing import create_webhook, problems, update_webhook

if TYPE_CHECKING:
    from django.http import HttpRequest


class WebhookForm(forms.ModelForm[Webhook]):
    """What admins fill in."""

    @override
    def clean(self) -> dict[str, object] | None:
        """Refuse what the API refuses."""
        cleaned = super().clean()
        for error in problems(cleaned or {}):
            self.add_error(error.field, str(error.message))
        return cleaned


class AdminsAdmin(RecordAdmin):
    """What moderators don't see: to be told of every change is to see everything."""

    def _is_admins(self, request: HttpRequest) -> bool:
        user = request.user
        is_admin = user.is_active and user.is_staff and user.groups.filter(name="admin").exists()
        return bool(user.is_superuser or is_admin)

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_admins(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._is_admins(request)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_admins(request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._is_admins(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._is_admins(request)


@admin.register(Webhook)
class WebhookAdmin(AdminsAdmin):
    """Webhooks, without their secrets."""

    form = WebhookForm
    list_display = ("name", "url", "is_active", "failure_count", "next_at", "disabled_reason")
    list_filter = ("is_active",)
    search_fields = ("name", "url")
    ordering = ("-created_at",)
    fields = (
        "name",
        "url",
        "topics",
        "is_active",
        "disabled_reason",
        "failure_count",
        "next_at",
        "change_log",
    )
    readonly_fields = ("disabled_reason", "failure_count", "next_at", "change_log")

    @override
    def save_model(
        self, request: HttpRequest, obj: Webhook, form: forms.ModelForm[Webhook], change: bool
    ) -> None:
        by = acting(request)
        if change:
            changed = {name: form.cleaned_data[name] for name in form.changed_data}
            update_webhook(changes.locked(obj), by=by, **changed)
            return
        created = create_webhook(by=by, owner_id=by.id, **form.cleaned_data)
        obj.pk, obj._state.adding = created.pk, False
        shown = _("The secret, shown this once: %(secret)s") % {"secret": created.secret}
        self.message_user(request, shown, messages.WARNING)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin, AdminsAdmin):
    """What webhooks were told."""

    list_display = ("created_at", "webhook", "kind", "status", "attempts", "response_status")
    list_filter = ("status", "webhook")
    list_select_related = ("webhook",)
    ordering = ("-id",)
