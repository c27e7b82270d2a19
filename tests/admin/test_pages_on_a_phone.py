"""No page of the admin is wider than a phone, and no script on it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.admin import site

from resources import changes, registry
from resources.actors import SYSTEM
from tests.admin.desks import at_desk, list_of, page_of
from tests.admin.windows import PHONE, Window
from tests.browsers import chromium
from tests.contract.examples import example_row

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from tests.personas import Persona

pytestmark = pytest.mark.embedded


def test_every_list_and_form_fits_a_phone(
    live_server: LiveServer,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    alice: Persona,
    admin: Persona,
) -> None:
    settings.PUBLIC_URL = live_server.url
    assert admin.user is not None
    changes.update(admin.user, by=SYSTEM, is_superuser=True)
    pages = []
    for model in apps.get_models():
        if site.is_registered(model):
            pages.append(list_of(model))
            if registry.is_registered(model):
                pages.append(page_of(example_row(registry.resource_of(model), owner=alice)))
    session = at_desk(admin).cookies["sessionid"].value
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        window = Window(browser, live_server.url)
        window.becomes(PHONE, "ko")
        window.opens("/healthz")
        browser.add_cookie({"name": "sessionid", "value": session, "path": "/"})
        faults = []
        for page in pages:
            window.opens(page)
            # The example's pictures are rows without bytes.
            faults += [fault for fault in window.faults() if "/files/pictures/" not in fault]
    assert faults == [], "\n".join(faults)
