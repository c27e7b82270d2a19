"""All resources by name and by model, filled from each app's `resources.py`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model

    from resources.declaration import Resource

_by_name: dict[str, Resource] = {}
_by_model: dict[type[Model], Resource] = {}


def register[R: Resource](model: type[Model]) -> Callable[[type[R]], type[R]]:
    """Make a resource of a model: `@register(Card)` above its declaration.

    Raises ImproperlyConfigured when the name or the model is taken.
    """

    def declare(declaration: type[R]) -> type[R]:
        resource = declaration(model)
        if resource.name in _by_name or model in _by_model:
            raise ImproperlyConfigured(f"{declaration.__name__}: {resource.name} is taken")
        _by_name[resource.name] = _by_model[model] = resource
        return declaration

    return declare


def unregister(model: type[Model]) -> None:
    """Forget a resource (for tests that declare a throw-away one)."""
    del _by_name[_by_model.pop(model).name]


def discover() -> None:
    """Import `resources.py` of every installed app."""
    autodiscover_modules("resources")


def all_resources() -> Iterator[Resource]:
    """Return every resource in order of name."""
    return iter(sorted(_by_name.values(), key=lambda resource: resource.name))


def named(name: str) -> Resource | None:
    """Return the resource of that name, or nothing."""
    return _by_name.get(name)


def resource_of(model: type[Model]) -> Resource:
    """Return the resource of a model; raises ImproperlyConfigured when it has none."""
    try:
        return _by_model[model]
    except KeyError:
        raise ImproperlyConfigured(f"{model._meta.label} is no registered resource") from None


def is_registered(model: type[Model]) -> bool:
    """Return whether a model is a resource."""
    return model in _by_model


@cache
def model_named(label: str) -> type[Model]:
    """Return the model of a label such as `cards.Card`."""
    return apps.get_model(label)
