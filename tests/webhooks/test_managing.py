"""Admins, and nobody else, say who is told of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources import changes
from resources.actors import SYSTEM
from resources.models import Change
from tests.client import Browser
from tests.webhooks.conftest import listens, work
from tests.webhooks.test_telling import signatures
from users.models import User
from webhooks.models import Delivery, Webhook

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona
    from tests.webhooks.conftest import Clock, Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def deliveries(admin: Persona, webhook: Any, **parameters: Any) -> Any:
    answer = admin.api.get(f"webhooks/{webhook['id']}/deliveries", **parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_only_admins_see_and_change_webhooks(
    admin: Persona, moderator: Persona, alice: Persona, anonymous: Persona, receiver: Receiver
) -> None:
    path = f"webhooks/{listens(admin, receiver)['id']}"
    for persona, refusal in ((moderator, 403), (alice, 403), (anonymous, 401)):
        sent = {"name": "x", "url": receiver.url, "topics": ["*"]}
        assert persona.api.post("webhooks", sent).status_code == refusal
        assert persona.api.get("webhooks").status_code == refusal
        assert persona.api.get(path).status_code == 404
        assert persona.api.get(f"{path}/deliveries").status_code == 404
        assert persona.api.post(f"{path}/rotate-secret").status_code == 404
        assert persona.api.post(f"{path}/replay", {"from": 0}).status_code == 404
        assert persona.api.delete(path).status_code == 404
    assert admin.api.get(f"{path}/deliveries").status_code == 200
    assert admin.api.get("webhooks/nothing/deliveries").status_code == 404
    assert admin.api.delete(path).status_code == 204


def test_the_secret_is_shown_once_and_kept_sealed(admin: Persona, receiver: Receiver) -> None:
    answer = admin.api.post("webhooks", {"name": "shop", "url": receiver.url, "topics": ["cards"]})
    webhook = answer.json()
    assert webhook["secret"].startswith("whsec_")
    assert answer["Cache-Control"] == "no-store"
    path = f"webhooks/{webhook['id']}"
    assert "secret" not in admin.api.get(path).json()
    assert "secret" not in admin.api.patch(path, {"name": "other"}).json()
    log = str(list(_changes(webhook)))
    assert "whsec_" not in log


def test_both_secrets_sign_until_the_next_rotation(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    webhook = listens(admin, receiver)
    secrets = [webhook["secret"]]
    for title in ("one", "two"):
        answer = admin.api.post(f"webhooks/{webhook['id']}/rotate-secret")
        assert answer["Cache-Control"] == "no-store"
        secrets.insert(0, answer.json()["secret"])
        alice.creates("cards", title=title)
        work()
        heard = receiver.heard[-1]
        assert heard.headers["webhook-signature"] == signatures(heard, *secrets[:2])
    assert len(set(secrets)) == 3
    replayed = admin.api.post(f"webhooks/{webhook['id']}/replay", {"from": 0})
    assert "secret" not in replayed.json()


def test_a_replay_tells_once_more_under_the_same_ids(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    webhook = listens(admin, receiver)
    for title in ("one", "two", "three"):
        alice.creates("cards", title=title)
    work()
    sent = {"from": receiver.heard[0].data["cursor"]}
    answer = admin.api.post(f"webhooks/{webhook['id']}/replay", sent)
    assert answer.json()["replayed_at"]
    work()
    assert receiver.titles() == ["one", "two", "three", "two", "three"]
    ids = [heard.headers["webhook-id"] for heard in receiver.heard]
    assert ids[1:3] == ids[3:]
    assert [each["attempts"] for each in deliveries(admin, webhook)["results"]] == [2, 2, 1]


def test_a_replay_can_not_skip_nor_reach_beyond_the_log(
    admin: Persona, alice: Persona, receiver: Receiver
) -> None:
    webhook = listens(admin, receiver)
    path = f"webhooks/{webhook['id']}/replay"
    refused = admin.api.post(path, {"from": 10**9})
    assert refused.json()["errors"][0]["code"] == "too_far"
    for wrong in ({}, {"from": -1}, {"from": "x"}):
        assert admin.api.post(path, wrong).json()["errors"][0]["field"] == "from"
    alice.creates("cards", title="x")


@pytest.mark.unlogged
def test_a_replay_of_what_is_forgotten_is_refused(admin: Persona, receiver: Receiver) -> None:
    webhook = listens(admin, receiver)
    Change.objects.order_by("id")[0].delete()
    refused = admin.api.post(f"webhooks/{webhook['id']}/replay", {"from": 0})
    assert refused.json()["errors"][0]["code"] == "too_old"


def test_the_log_of_deliveries_says_what_happened(
    admin: Persona, alice: Persona, receiver: Receiver, clock: Clock
) -> None:
    webhook = listens(admin, receiver)
    receiver.answers = [204, 500]
    alice.creates("cards", title="one")
    alice.creates("cards", title="two")
    work()
    shown = deliveries(admin, webhook)
    pending, sent = shown["results"]
    assert (sent["status"], sent["response_status"], sent["error"]) == ("sent", 204, "")
    assert (pending["status"], pending["response_status"]) == ("pending", 500)
    assert pending["next_at"]
    assert pending["type"] == "cards.create"
    assert pending["id"] == receiver.heard[1].headers["webhook-id"]
    assert (shown["cursor"], shown["failure_count"]) == (sent["cursor"], 1)
    earlier = deliveries(admin, webhook, before=pending["cursor"])
    assert [each["cursor"] for each in earlier["results"]] == [sent["cursor"]]
    bad = admin.api.get(f"webhooks/{webhook['id']}/deliveries", before="x")
    assert bad.json()["code"] == "bad_parameter"
    assert Delivery.objects.count() == 2


def test_what_can_not_be_used_is_refused(
    admin: Persona, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    good = {"name": "shop", "url": "https://example.com/told", "topics": ["cards", "posts"]}
    for wrong, field in (
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://me:word@example.com"}, "url"),
        ({"url": receiver.url}, "url"),
        ({"url": "http://[::1]/"}, "url"),
        ({"url": "x"}, "url"),
        ({"url": "https://example.com:99999"}, "url"),
        ({"topics": ["dragons"]}, "topics"),
        ({"topics": ["webhooks"]}, "topics"),
        ({"topics": []}, "topics"),
        ({"topics": "*"}, "topics"),
    ):
        refused = admin.api.post("webhooks", good | wrong)
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"].split(".")[0] == field
    settings.USE_TLS = True
    settings.SECURE_SSL_REDIRECT = False
    plain = admin.api.post("webhooks", good | {"url": "http://example.com/told"})
    assert plain.json()["errors"][0]["code"] == "unfit"
    webhook = admin.creates("webhooks", **good)
    changed = admin.api.patch(f"webhooks/{webhook['id']}", {"topics": ["dragons"]})
    assert changed.status_code == 400


def test_the_admin_shows_webhooks_to_admins_alone(
    admin: Persona, moderator: Persona, receiver: Receiver
) -> None:
    pages = [Browser(), Browser()]
    for page, persona in zip(pages, (admin, moderator), strict=True):
        user = User.objects.get(pk=persona.id)
        changes.update(user, by=SYSTEM, is_staff=True)
        page.force_login(user)
    sent = {"name": "shop", "url": receiver.url, "topics": '["cards"]', "is_active": "on"}
    base = "/admin/webhooks/webhook/"
    assert pages[1].post(f"{base}add/", sent).status_code == 403
    assert pages[1].get("/admin/webhooks/delivery/").status_code == 403
    refused = pages[0].post(f"{base}add/", sent | {"topics": '["dragons"]'})
    assert refused.status_code == 200
    shown = pages[0].post(f"{base}add/", sent, follow=True)
    assert "whsec_" in shown.content.decode()
    webhook = Webhook.objects.get()
    assert str(webhook.owner_id) == admin.id
    changed = pages[0].post(f"{base}{webhook.pk}/change/", sent | {"name": "store"}, follow=True)
    assert "whsec_" not in changed.content.decode()
    assert Webhook.objects.get().name == "store"
    assert pages[0].get("/admin/webhooks/delivery/").status_code == 200
    assert pages[0].get("/admin/webhooks/delivery/add/").status_code == 403


def _changes(webhook: Any) -> Any:
    found: Any = Change.objects.filter(resource="webhooks", record_id=webhook["id"])
    kept: list[Change] = list(found)
    return [(change.before, change.after) for change in kept]
