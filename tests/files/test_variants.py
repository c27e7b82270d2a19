"""A variant is made once, whoever asks for it, kept, and deleted with its file."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from files import services
from files.models import File, Variant
from files.pictures.executor import PictureExecutor, too_many_pictures
from files.pictures.picture import PictureError, Rendering
from files.services import store_picture
from files.tasks import sweep_unused_files
from files.transforms import variants
from files.transforms.variants import try_to_make, variant
from resources.errors import Problem
from tests.files.drawings import drawn
from tests.users.conftest import IMMEDIATELY

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

SMALL = Rendering(100, 100, "", "WEBP")
NAME = "100x100.webp"


@pytest.fixture
def file(alice: Persona) -> File:
    noise = Image.effect_noise((200, 200), 60).convert("RGB")
    return store_picture(by=alice.actor, upload=BytesIO(drawn("PNG", noise)))


@pytest.fixture
def renderings(monkeypatch: pytest.MonkeyPatch) -> list[Rendering]:
    """Note what is rendered."""
    made: list[Rendering] = []
    render = PictureExecutor.render

    def noted(self: PictureExecutor, stored: BytesIO, wanted: Rendering, seconds: float) -> bytes:
        made.append(wanted)
        return render(self, stored, wanted, seconds)

    monkeypatch.setattr(PictureExecutor, "render", noted)
    return made


def claimed(file: File, *, seconds: float) -> Variant:
    """Claim a variant as another process does, for so many seconds from now."""
    until = timezone.now() + timedelta(seconds=seconds)
    return Variant.objects.create(
        file=file, name=NAME, claimed_until=until, content_type="image/webp"
    )


def stored_bytes(key: str) -> bytes:
    with default_storage.open(key) as stored:
        content: bytes = stored.read()
    return content


def test_a_variant_is_made_once_and_kept(file: File, renderings: list[Rendering]) -> None:
    first, again = variant(file, SMALL), variant(file, SMALL)
    assert (first.pk, renderings) == (again.pk, [SMALL])
    assert first.key == f"variants/{file.key.removesuffix('.png')}/{NAME}"
    assert len(stored_bytes(first.key)) == first.size


def test_what_another_process_makes_is_waited_for(
    file: File, renderings: list[Rendering], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = claimed(file, seconds=60)

    def they_finish(_seconds: float) -> None:
        default_storage.save(theirs.key, BytesIO(b"theirs"))
        Variant.objects.filter(pk=theirs.pk).update(size=6, digest="d")

    assert try_to_make(file, SMALL) is None
    monkeypatch.setattr(variants, "sleep", they_finish)
    assert (variant(file, SMALL).digest, renderings) == ("d", [])


def test_what_a_killed_process_began_is_taken_over(file: File, renderings: list[Rendering]) -> None:
    left = claimed(file, seconds=-1)
    default_storage.save(left.key, BytesIO(b"half of a pic"))
    made = variant(file, SMALL)
    assert (made.pk, renderings) == (left.pk, [SMALL])
    assert Image.open(BytesIO(stored_bytes(made.key))).size == (100, 100)


def test_who_waits_too_long_is_turned_away(file: File, settings: Settings) -> None:
    claimed(file, seconds=60)
    settings.VARIANT_SECONDS = 0
    with pytest.raises(Problem) as refused:
        variant(file, SMALL)
    assert (refused.value.status, refused.value.code) == (503, "busy")


def test_a_maker_that_gave_up_too_late_leaves_it_to_the_next(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_arguments: object) -> bytes:
        Variant.objects.update(claimed_until=timezone.now() + timedelta(seconds=60))
        return b"late"

    monkeypatch.setattr(variants, "_rendered", overtaken)
    with pytest.raises(Problem):
        try_to_make(file, SMALL)
    assert Variant.objects.get().size is None


def test_what_could_not_be_made_for_lack_of_room_is_tried_again(
    file: File, renderings: list[Rendering], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> bytes:
        raise too_many_pictures()

    with monkeypatch.context() as no_room:
        no_room.setattr(PictureExecutor, "render", full)
        with pytest.raises(Problem):
            variant(file, SMALL)
    assert not Variant.objects.exists()
    assert (variant(file, SMALL).name, renderings) == (NAME, [SMALL])


def test_what_cannot_be_made_is_answered_by_the_original(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    def costly(*_arguments: object) -> bytes:
        raise PictureError("too_costly")

    monkeypatch.setattr(PictureExecutor, "render", costly)
    assert variant(file, SMALL).digest == ""
    assert sweep_unused_files() == 0


def test_a_file_has_so_many_variants_and_loses_the_oldest(file: File, settings: Settings) -> None:
    settings.MOST_VARIANTS = 2
    made = [variant(file, Rendering(size, size, "", "WEBP")) for size in (10, 20, 30)]
    kept = Variant.objects.order_by("pk").values_list("name", flat=True)
    assert list(kept) == ["20x20.webp", "30x30.webp"]
    assert [default_storage.exists(each.key) for each in made] == [False, True, True]


def test_variants_go_with_their_file(file: File, settings: Settings) -> None:
    settings.TASKS = IMMEDIATELY
    keys = [file.key, variant(file, SMALL).key]
    File.objects.update(unused_since=timezone.now() - timedelta(days=2))
    assert sweep_unused_files() == 1
    assert not any(default_storage.exists(key) for key in keys)


def test_the_bytes_of_variants_are_named_when_a_row_is_forgotten(file: File) -> None:
    key = variant(file, SMALL).key
    assert services.forget_unused([file.pk]) == [[key, file.key]]
    assert not Variant.objects.exists()


def test_a_variant_of_a_file_that_went_meanwhile_leaves_nothing(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    def file_goes(*_arguments: object) -> bytes:
        services.discard_unused([file.pk])
        return b"a variant"

    monkeypatch.setattr(variants, "_rendered", file_goes)
    with pytest.raises(Problem) as refused:
        try_to_make(file, SMALL)
    assert refused.value.status == 404
    assert not default_storage.exists(f"variants/{file.key.removesuffix('.png')}/{NAME}")


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_gone_has_no_variants(file: File) -> None:
    services.discard_unused([file.pk])
    with pytest.raises(Problem) as refused:
        variant(file, SMALL)
    assert refused.value.status == 404
