"""Refused writes in the admin: an error at its field or a message, never an error page."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, override

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponseRedirect
from rest_framework.exceptions import APIException
from unfold.admin import ModelAdmin

from resources.errors import Problem, as_problem

if TYPE_CHECKING:
    from django.db.models import Model
    from django.forms import ModelForm
    from django.http import HttpRequest, HttpResponse

REFUSALS = (Problem, ValidationError, IntegrityError, APIException)
REFUSAL = "holobase.refusal"


class RefusalsAdmin(ModelAdmin):
    """An admin that tells what services, rules and the database refuse.

    A refused form is shown again with the errors at its fields; a refused delete or bulk action
    leaves every row as it was and becomes a message.
    """

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        page: HttpResponse
        try:
            page = super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSALS as refusal:
            if request.method != "POST":
                raise
            request.META[REFUSAL] = as_problem(refusal)
            page = super().changeform_view(request, object_id, form_url, extra_context)
        return page

    @override
    def get_form(
        self, request: HttpRequest, obj: Any = None, **kwargs: object
    ) -> type[ModelForm[Any]]:
        form: type[ModelForm[Any]] = super().get_form(request, obj, **kwargs)
        problem: Problem | None = request.META.get(REFUSAL)
        return form if problem is None else _with_errors(form, problem)

    @override
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        page: HttpResponse
        try:
            page = super().delete_view(request, object_id, extra_context)
        except REFUSALS as refusal:
            page = self._told(request, refusal)
        return page

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        page: HttpResponse
        # Looking at a list must not wait for SQLite's one writer.
        together = transaction.atomic() if request.method == "POST" else nullcontext()
        try:
            with together:
                page = super().changelist_view(request, extra_context)
        except REFUSALS as refusal:
            page = self._told(request, refusal)
        return page

    def _told(self, request: HttpRequest, refusal: Exception) -> HttpResponse:
        """Show the page again, with a message."""
        problem = as_problem(refusal) or Problem(400, "invalid", str(refusal))
        errors = [str(error.message) for error in problem.errors]
        for text in errors or [str(problem.detail)]:
            self.message_user(request, text, messages.ERROR)
        return HttpResponseRedirect(request.path if request.method == "POST" else "/admin/")


def _with_errors(form: type[ModelForm[Model]], problem: Problem) -> type[ModelForm[Model]]:
    """Return the form class with a problem's errors, each at its field if the form has it."""

    def clean(self: ModelForm[Model]) -> dict[str, object] | None:
        cleaned = super(refused, self).clean()
        for error in problem.errors:
            name = error.field.partition(".")[0]
            self.add_error(name if name in self.fields else None, str(error.message))
        if not problem.errors:
            self.add_error(None, str(problem.detail))
        return cleaned

    refused: type[ModelForm[Model]] = type(form.__name__, (form,), {"clean": clean})
    return refused
