"""Libraries as they are needed here, before anything imports them.

Some look whether another one is installed, and do without it if it is not. They are kept from
loading what only features need that nothing here uses.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, cast

import django_stubs_ext

if TYPE_CHECKING:
    from types import ModuleType

# It makes an import fail: https://docs.python.org/3/reference/import.html#the-module-cache
ABSENT = cast("ModuleType", None)
POSTGRESQL_FIELDS = "django.contrib.postgres.fields"


def import_without(name: str, *unused: str) -> None:
    """Import a module as if others were not installed; those can be imported elsewhere."""
    hidden = {other: ABSENT for other in unused if other not in sys.modules}
    sys.modules.update(hidden)
    try:
        import_module(name)
    finally:
        for other in hidden:
            del sys.modules[other]


def adapt() -> None:
    """Import libraries without what they need not load, and let Django's classes be generic."""
    # Django REST framework has a test client and a browsable API, and knows columns that are in no
    # table here, for which it loads the driver of PostgreSQL.
    import_without("rest_framework.compat", "requests", "pygments", "yaml", POSTGRESQL_FIELDS)
    # drf-spectacular makes requests with Django's test client, which could watch templates.
    import_without("django.test.utils", "jinja2")
    django_stubs_ext.monkeypatch()


def adapt_theme() -> None:
    """Import the admin's theme without columns that only PostgreSQL has; settings are needed."""
    import_without("unfold.overrides", POSTGRESQL_FIELDS)
