"""New keys come in while everything keeps running, and the old ones can be dropped."""

from __future__ import annotations

from io import StringIO
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command
from django.db import connection

from community.services.push_keys import push_key
from config import env
from config.key_check import require_fitting_keys
from config.management.commands import rotate_keys
from config.management.commands.rotate_keys import sealed_columns
from resources import registry, sealing
from resources.models import Change
from resources.sealing import is_under_newest_key, seal, unseal
from tests.contract.examples import example_row
from tests.personas import new_member
from users.models import Purpose, SigningKey, Totp, User
from users.services.proofs import ask_for_proof
from users.services.signing import verifying_keys
from users.tokens import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.personas import Persona


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep the keys in a folder of this test's own, and do not wait for other processes."""
    monkeypatch.setenv("HOLOBASE_DATA", str(tmp_path))
    monkeypatch.setattr(rotate_keys, "sleep", lambda _seconds: None)
    sealing.forget_keys()
    yield tmp_path / "secrets" / "sealing_keys"
    keys.forget()


@pytest.fixture
def alice(db: None) -> Persona:
    """Seal something in every sealed column."""
    SigningKey.objects.all().delete()  # that of all tests is sealed under keys of another folder
    keys.forget()
    require_fitting_keys()
    alice = new_member("alice")
    assert alice.user is not None
    Totp.objects.create(user=alice.user, secret="JBSWY3DP")
    push_key()
    ask_for_proof(Purpose.RESET, "alice@example.com", payload={"username": "alice"})
    for resource in registry.all_resources():
        row = example_row(resource, owner=alice)
        for model, column in sealed_columns():
            if model is type(row):
                model._base_manager.filter(pk=row.pk).update(**{column: f"{column}@example.com"})
    return alice


def rotate(*options: str) -> str:
    shown = StringIO()
    call_command("rotate_keys", *options, stdout=shown)
    return shown.getvalue()


def sealed_texts() -> list[str]:
    """Return every sealed text as the database holds it."""
    found = []
    with connection.cursor() as cursor:
        for model, column in sealed_columns():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} <> ''")  # noqa: S608 - names are our own
            texts = [row[0] for row in cursor.fetchall()]
            assert texts, f"{model.__name__}.{column} is filled"
            found += texts
    return found


def test_values_are_sealed_anew_and_the_old_key_can_be_dropped(
    alice: Persona, key_file: Path
) -> None:
    before, old_key = sealed_texts(), key_file.read_text().strip()
    opened = sorted(unseal(text) for text in before)
    log = Change.objects.count()
    shown = rotate("--fields")

    new_key, *older = key_file.read_text().split()
    assert older == [old_key] != [new_key]
    after = sealed_texts()
    assert set(before).isdisjoint(after)
    assert all(is_under_newest_key(text) for text in after)
    assert Change.objects.count() == log, "no value has changed"
    assert "users.User.email" in shown

    key_file.write_text(new_key)
    sealing.forget_keys()
    assert sorted(unseal(text) for text in sealed_texts()) == opened
    with pytest.raises(InvalidToken):
        unseal(before[0])
    keys.forget()
    assert alice.api.get("users/me").json()["email"] == "email@example.com"
    assert SigningKey.objects.get().private.startswith("-----BEGIN")


def test_a_rotation_that_was_cut_short_is_finished_first(
    alice: Persona, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken = sealing.reseal

    def break_off(model: type[User], column: str) -> int:
        if model is User:
            raise OSError("pulled the plug")
        return unbroken(model, column)

    with monkeypatch.context() as broken:
        broken.setattr(sealing, "reseal", break_off)
        with pytest.raises(OSError, match="plug"):
            rotate("--fields")
    half_done = key_file.read_text()
    assert not sealing.is_resealed(User, "email")
    assert "going on with its key" in rotate("--fields")
    assert key_file.read_text() == half_done, "no third key"
    assert all(is_under_newest_key(text) for text in sealed_texts())
    rotate("--fields")
    assert len(key_file.read_text().split()) == 3


def test_many_values_are_sealed_anew_in_batches(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(6):
        ask_for_proof(Purpose.VERIFY, "alice@example.com")
    monkeypatch.setattr(sealing, "BATCH", 2)
    rotate("--fields")
    assert all(is_under_newest_key(text) for text in sealed_texts())


def test_a_value_that_changes_meanwhile_is_left_alone(
    alice: Persona, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env.add_generated_secret("SEALING_KEYS")
    sealing.forget_keys()
    opened = sealing.unseal

    def unseal_late(sealed: str) -> str:
        User.objects.update(email="new@example.com")
        return opened(sealed)

    with monkeypatch.context() as racing:
        racing.setattr(sealing, "unseal", unseal_late)
        assert sealing.reseal(User, "email") == 0
    assert User.objects.get(pk=alice.id).email == "new@example.com"


def test_keys_from_outside_are_the_operators(
    alice: Persona, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_key = key_file.read_text().strip()
    monkeypatch.setenv("SEALING_KEYS", f"newest-of-the-operator,{old_key}")
    assert "from outside" in rotate("--fields")
    assert key_file.read_text().strip() == old_key
    monkeypatch.setenv("SEALING_KEYS", "newest-of-the-operator")
    sealing.forget_keys()
    assert User.objects.get(pk=alice.id).email == "email@example.com"


def test_a_value_without_its_key_is_named(alice: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as lost:
        lost.setenv("SEALING_KEYS", "another-secret-altogether")
        with pytest.raises(CommandError, match="none of the keys opens"):
            rotate("--fields")
    sealing.forget_keys()


def test_a_running_process_opens_what_another_has_sealed(key_file: Path) -> None:
    seal("warms this process up")
    mine = sealing._keys()
    env.add_generated_secret("SEALING_KEYS")
    newest = key_file.read_text().split()[0]
    theirs = Fernet(sealing._fernet_key(newest))
    assert unseal(sealing.MARK + theirs.encrypt(b"sealed elsewhere").decode()) == "sealed elsewhere"
    assert sealing._keys() is not mine


def test_a_running_process_soon_seals_under_the_new_key(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = seal("before")
    env.add_generated_secret("SEALING_KEYS")
    later = monotonic() + sealing.KEYS_ARE_FRESH_FOR
    monkeypatch.setattr(sealing, "monotonic", lambda: later)
    assert is_under_newest_key(seal("after"))
    assert not is_under_newest_key(before)
    assert unseal(before) == "before"


def test_tokens_are_signed_with_a_new_key_and_old_ones_stay_good(alice: Persona) -> None:
    before = SigningKey.objects.get()
    assert rotate("--tokens").startswith("Tokens are signed with ")
    keys.forget()
    assert alice.api.get("users/me").status_code == 200
    assert {key["kid"] for key in verifying_keys()} >= {before.pk}
    assert len(verifying_keys()) == 2
    before.refresh_from_db()
    assert before.expires_at is not None


def test_an_operator_says_what_to_rotate(db: None) -> None:
    with pytest.raises(CommandError, match="--tokens, --fields or --secret-key"):
        rotate()
