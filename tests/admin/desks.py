"""Browsers that are signed in to the admin, and what they find there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.client import Browser

if TYPE_CHECKING:
    from tests.client import Response
    from tests.personas import Persona


def at_desk(persona: Persona) -> Browser:
    """Return a browser in which somebody is signed in to the admin."""
    assert persona.user is not None
    browser = Browser(raise_request_exception=False)
    browser.force_login(persona.user)
    return browser


def page_of(row: Any, page: str = "change") -> str:
    """Return the address of a row's page."""
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{page}/"


def list_of(model: Any) -> str:
    """Return the address of a model's list."""
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def errors_in(answer: Response) -> dict[str, list[str]]:
    """Return what a form that was refused says, by field."""
    form = answer.context["adminform"].form
    return {name: list(messages) for name, messages in form.errors.items()}


def messages_in(answer: Response) -> list[str]:
    """Return the messages of the page that an answer leads to."""
    return [str(message) for message in answer.context["messages"]]
