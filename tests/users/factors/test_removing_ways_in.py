"""Taking a way in away: after a fresh proof, and never the last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from resources.sealing import blind_index
from tests.client import Api
from tests.users.factors.ways_in import give_password, show_passkey
from users.models import Identity, Passkey, User
from users.services.sessions import session_of

if TYPE_CHECKING:
    from tests.personas import Persona
    from tests.users.factors.authenticator import Authenticator


@pytest.fixture
def elsewhere(alice: Persona) -> Identity:
    """Link an external account to alice."""
    index = blind_index("mysso:alice-there")
    columns = {"provider": "mysso", "subject": "alice-there", "subject_index": index}
    return changes.create(Identity, by=SYSTEM, user=alice.user, email="", **columns)


def paths(passkey: Passkey, elsewhere: Identity) -> tuple[str, str]:
    return f"auth/passkeys/{passkey.pk}", f"auth/identities/{elsewhere.pk}"


def test_taking_a_way_in_away_needs_a_fresh_proof(
    alice: Persona, passkey: Authenticator, elsewhere: Identity
) -> None:
    key = alice.creates("auth/api-keys", name="bot", scopes=["*:read", "*:write"])["secret"]
    long_ago = timezone.now() - timedelta(minutes=11)
    changes.update(session_of(alice.actor), by=SYSTEM, authenticated_at=long_ago)
    for path in paths(Passkey.objects.get(), elsewhere):
        refused = alice.api.delete(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
        assert Api(key).delete(path).status_code == 401
    assert show_passkey(passkey).status_code == 200


def test_the_last_way_in_stays(alice: Persona, passkey: Authenticator, elsewhere: Identity) -> None:
    changes.update(User.objects.get(pk=alice.id), by=SYSTEM, is_verified=False)
    mine, theirs = paths(Passkey.objects.get(), elsewhere)
    assert alice.api.delete(theirs).status_code == 204
    kept = alice.api.delete(mine)
    assert (kept.status_code, kept.json()["code"]) == (409, "last_way_in")
    assert show_passkey(passkey).status_code == 200
    give_password(alice)
    assert alice.api.delete(mine).status_code == 204
