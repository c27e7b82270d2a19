"""Bringing the database up to the code's migrations, which a start mostly finds done."""

from __future__ import annotations

import gc
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from collections.abc import Iterator


def migrate() -> None:
    """Run the migrations that wait; Django's command takes long to find that there are none."""
    if not is_migrated():
        call_command("migrate", verbosity=0, interactive=False)
        # Its models of all former states hold each other, and what is there by the end would stay.
        gc.collect()


def is_migrated() -> bool:
    """Return whether every migration is recorded, and the permissions are there that follow them.

    A start that was killed between the two left the permissions out.
    """
    recorded = MigrationRecorder(connection).applied_migrations()
    if not all(migration in recorded for migration in _migrations()):
        return False
    there = set(Permission.objects.values_list("content_type__app_label", "codename"))
    return there.issuperset(_permissions())


def _migrations() -> Iterator[tuple[str, str]]:
    """Yield app and name of each migration by its file, which is not loaded."""
    for app in apps.get_app_configs():
        for module in iter_modules([f"{app.path}/migrations"]):
            yield app.label, module.name


def _permissions() -> Iterator[tuple[str, str]]:
    """Yield app and codename of each permission that Django makes for the models."""
    for model in apps.get_models():
        meta = model._meta
        for action in meta.default_permissions:
            yield meta.app_label, get_permission_codename(action, meta)
        for codename, _words in meta.permissions:
            yield meta.app_label, codename
