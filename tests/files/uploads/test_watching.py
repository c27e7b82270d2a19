"""What operators see of uploads: numbers, and who sends what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from prometheus_client import REGISTRY

from files.models import Upload
from files.uploads.ending import sweep_expired_uploads
from tests.admin.desks import at_desk
from tests.files.drawings import drawn

if TYPE_CHECKING:
    from tests.files.uploads.tus import Tus
    from tests.personas import Persona

PICTURE = drawn("PNG")


def number(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def test_operators_see_bytes_and_ends(dana: Tus) -> None:
    names = ("finished", "refused", "ended", "expired")
    before = {name: number("holobase_uploads_total", end=name) for name in names}
    received = number("holobase_upload_bytes_total")
    dana.creates(len(PICTURE), PICTURE)
    dana.creates(5, b"hello")
    dana.asks("DELETE", dana.begins(5))
    dana.begins(5)
    Upload.objects.filter(state=Upload.State.OPEN).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert sweep_expired_uploads() == 1
    after = {name: number("holobase_uploads_total", end=name) for name in names}
    assert {name: after[name] - before[name] for name in names} == dict.fromkeys(names, 1)
    assert number("holobase_upload_bytes_total") - received == len(PICTURE) + 5


def test_admins_end_uploads_and_moderators_see_none(
    alice: Persona, admin: Persona, moderator: Persona
) -> None:
    later = timezone.now() + timedelta(hours=1)
    assert alice.user is not None
    upload = Upload.objects.create(owner=alice.user, name="a.pdf", length=5, expires_at=later)
    page = reverse("admin:files_upload_changelist")
    assert at_desk(moderator).get(page).status_code == 403
    desk = at_desk(admin)
    assert b"a.pdf" in desk.get(page).content
    desk.post(page, {"action": "end", "_selected_action": [str(upload.pk)]})
    assert not Upload.objects.exists()
