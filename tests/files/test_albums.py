"""A post has up to ten pictures, in order: set, appended, prepended and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError

from community.models import Post
from files.models import File
from files.unused import unused
from resources.models import Change
from tests.files.albums import errors_of, ids, part, shades, stored

if TYPE_CHECKING:
    from tests.personas import Persona


def test_alice_sends_three_pictures_with_a_post_in_order(alice: Persona) -> None:
    sent = alice.api.upload("posts", {"text": "Look", "images": [part(30), part(10), part(20)]})
    assert sent.status_code == 201, sent.content
    assert shades(alice, sent.json()) == [30, 10, 20]
    (listed,) = alice.api.get("posts").json()["results"]
    assert ids(listed) == ids(sent.json())
    assert listed["images"][0].keys() >= {"id", "url", "content_type", "size", "width", "blurhash"}


def test_a_post_without_pictures_has_an_empty_album(alice: Persona) -> None:
    assert alice.creates("posts", text="Words")["images"] == []


def test_alice_keeps_some_pictures_and_adds_others_in_one_form(alice: Persona) -> None:
    """The ids that stay come first, then what is uploaded."""
    first, second, third = stored(alice, 3)
    post = alice.creates("posts", text="Look", images=[first, second, third])
    changed = alice.api.upload(
        f"posts/{post['id']}", {"images": [third, first, part(7)]}, "patch"
    ).json()
    assert ids(changed)[:2] == [third, first]
    assert shades(alice, changed)[2] == 7
    assert second not in ids(changed)


def test_alice_appends_prepends_and_removes(alice: Persona) -> None:
    first, second, third = stored(alice, 3)
    post = alice.creates("posts", text="Look", images=[first])
    path = f"posts/{post['id']}"
    assert ids(alice.api.patch(path, {"images+": second}).json()) == [first, second]
    assert ids(alice.api.patch(path, {"+images": [third]}).json()) == [third, first, second]
    assert ids(alice.api.patch(path, {"images-": [first]}).json()) == [third, second]
    both = alice.api.upload(
        path, {"images-": second, "images+": part(9), "+images": first}, "patch"
    )
    assert ids(both.json())[:2] == [first, third]
    assert shades(alice, both.json())[2] == 9
    assert ids(alice.api.patch(path, {"images": []}).json()) == []


def test_a_new_post_takes_what_is_added_to_nothing(alice: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", **{"text": "Look", "images+": [second], "+images": [first]})
    assert ids(post) == [first, second]


@pytest.mark.parametrize("nothing", [None, [], ""])
def test_a_form_or_null_can_empty_an_album(alice: Persona, nothing: object) -> None:
    post = alice.creates("posts", text="Look", images=stored(alice, 2))
    path = f"posts/{post['id']}"
    sent = alice.api.upload(path, {"images": ""}, "patch") if nothing == "" else None
    changed = sent or alice.api.patch(path, {"images": nothing})
    assert changed.json()["images"] == []


def test_a_form_can_carry_the_list_as_json(alice: Persona) -> None:
    first, second = stored(alice, 2)
    listed = f'["{second}", "{first}"]'
    post = alice.api.upload("posts", {"text": "Look", "images": listed}).json()
    assert ids(post) == [second, first]


def test_of_a_picture_sent_twice_the_first_place_counts(alice: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first, second, first])
    assert ids(post) == [first, second]
    assert ids(alice.api.patch(f"posts/{post['id']}", {"images+": first}).json()) == [first, second]
    assert ids(alice.api.patch(f"posts/{post['id']}", {"+images": second}).json()) == [
        second,
        first,
    ]


def test_too_many_pictures_are_refused_with_the_limit_and_none_is_stored(alice: Persona) -> None:
    sent = alice.api.upload("posts", {"text": "Look", "images": [part(n) for n in range(11)]})
    assert errors_of(sent) == {"images": "too_many"}
    assert "10" in sent.json()["errors"][0]["message"]
    assert not File.objects.exists()


def test_an_album_cannot_grow_beyond_its_limit(alice: Persona) -> None:
    post = alice.creates("posts", text="Look", images=stored(alice, 9))
    path = f"posts/{post['id']}"
    two = alice.api.upload(path, {"images+": [part(1), part(2)]}, "patch")
    assert errors_of(two) == {"images": "too_many"}
    assert File.objects.count() == 9
    assert len(alice.api.upload(path, {"images+": part(3)}, "patch").json()["images"]) == 10
    exchanged = {"images+": part(4), "images-": ids(post)[0]}
    assert len(alice.api.upload(path, exchanged, "patch").json()["images"]) == 10


def test_what_is_no_picture_is_named_by_its_place(alice: Persona) -> None:
    broken = SimpleUploadedFile("x.png", b"hello")
    sent = alice.api.upload("posts", {"text": "Look", "images": [part(1), broken]})
    assert errors_of(sent) == {"images.1": "not_a_picture"}
    assert not File.objects.exists()


def test_bob_cannot_use_alices_pictures(alice: Persona, bob: Persona) -> None:
    (picture,) = stored(alice, 1)
    for name in ("images", "images+", "+images"):
        stolen = bob.api.post("posts", {"text": "Thief", name: [picture]})
        assert errors_of(stolen) == {"images.0": "invalid"}


@pytest.mark.parametrize("value", [7, {"a": 1}, "nonsense", [[]], [{}], True])
def test_what_is_no_id_is_an_error_of_the_field(alice: Persona, value: object) -> None:
    for name in ("images", "images+", "+images"):
        assert errors_of(alice.api.post("posts", {"text": "x", name: value})) == {
            "images.0": "invalid"
        }


def test_only_ids_can_be_removed(alice: Persona) -> None:
    post = alice.creates("posts", text="Look", images=stored(alice, 1))
    path = f"posts/{post['id']}"
    assert errors_of(alice.api.upload(path, {"images-": part(1)}, "patch"))["images-"] == "no_file"
    assert errors_of(alice.api.patch(path, {"images-": [7]})) == {"images": "not_an_id"}
    absent = alice.api.patch(path, {"images-": ["nothing"]})
    assert ids(absent.json()) == ids(post)


def test_a_file_for_what_takes_none_is_refused_by_its_name(alice: Persona) -> None:
    for name in ("text", "card", "tags"):
        sent = alice.api.upload("posts", {"text": "Look", name: part(1), "images": part(2)})
        assert errors_of(sent)[name] == "no_file"
    assert not File.objects.exists()


def test_an_empty_file_is_refused_by_its_place(alice: Persona) -> None:
    empty = SimpleUploadedFile("x.png", b"")
    album = alice.api.upload("posts", {"text": "Look", "images": [part(1), empty]})
    assert errors_of(album) == {"images.1": "empty_file"}
    single = alice.api.upload("cards", {"title": "Dragon", "front": empty})
    assert errors_of(single) == {"front": "empty_file"}
    assert not File.objects.exists()


def test_a_single_picture_sent_as_a_file_and_as_text_is_refused(alice: Persona) -> None:
    (picture,) = stored(alice, 1)
    both = alice.api.upload("cards", {"title": "Dragon", "front": [picture, part(1)]})
    assert errors_of(both) == {"front": "too_many_values"}
    assert File.objects.count() == 1


def test_an_album_counts_as_use_and_goes_with_its_post(alice: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first, second])
    alice.api.patch(f"posts/{post['id']}", {"images-": second})
    assert [str(file.pk) for file in unused(File.objects.all())] == [second]
    with pytest.raises(ProtectedError):
        File.objects.get(pk=first).delete()
    assert alice.api.delete(f"posts/{post['id']}").status_code == 204
    assert unused(File.objects.all()).count() == 2


def test_the_log_holds_the_list_before_and_after(alice: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first])
    alice.api.patch(f"posts/{post['id']}", {"images+": second})
    change = Change.objects.filter(resource="posts", action="update").get()
    assert (change.before["images"], change.after["images"]) == ([first], [first, second])


def test_the_entity_tag_changes_with_the_album_and_guards_it(alice: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first, second])
    path = f"posts/{post['id']}"
    tag = alice.api.get(path)["ETag"]
    turned = alice.api.patch(path, {"images": [second, first]}, If_Match=tag)
    assert ids(turned.json()) == [second, first]
    assert turned["ETag"] != tag
    assert alice.api.patch(path, {"images-": first}, If_Match=tag).status_code == 412
    same = alice.api.patch(path, {"images": [second, first]})
    assert same["ETag"] == turned["ETag"]


def test_a_refused_form_leaves_nothing(alice: Persona, bob: Persona) -> None:
    post = alice.creates("posts", text="Look")
    path = f"posts/{post['id']}"
    assert bob.api.upload(path, {"images+": part(1)}, "patch").status_code == 403
    wrong = alice.api.upload(path, {"images+": part(1), "text": ""}, "patch")
    assert errors_of(wrong) == {"text": "blank"}
    stale = alice.api.upload(path, {"images+": part(1)}, "patch", If_Match='"9"')
    assert stale.status_code == 412
    assert not File.objects.exists()


def test_a_post_sent_again_under_its_key_is_the_same_post(alice: Persona) -> None:
    key = {"Idempotency_Key": "k"}
    sent = [
        alice.api.upload("posts", {"text": "Look", "images": [part(1), part(2)]}, **key)
        for _time in range(2)
    ]
    assert sent[0].json() == sent[1].json()
    other = alice.api.upload("posts", {"text": "Look", "images": [part(2), part(1)]}, **key)
    assert other.status_code == 422
    assert (Post.objects.count(), File.objects.count()) == (1, 2)


def test_posts_are_found_by_their_albums(alice: Persona) -> None:
    first, second = stored(alice, 2)
    two = alice.creates("posts", text="two", images=[first, second])
    one = alice.creates("posts", text="one", images=[second])
    none = alice.creates("posts", text="none")
    expected = {
        "images:length = 2": {two["id"]},
        "images:length > 0": {two["id"], one["id"]},
        'images = ""': {none["id"]},
        'images != ""': {two["id"], one["id"]},
        f'images = "{second}"': {two["id"], one["id"]},
        f'images = "{first}"': {two["id"]},
    }
    for expression, found in expected.items():
        answered = alice.api.get("posts", filter=expression).json()
        assert {post["id"] for post in answered["results"]} == found, expression
    by_parameter = alice.api.get("posts", images=first).json()["results"]
    assert [post["id"] for post in by_parameter] == [two["id"]]


def test_an_expanded_post_has_its_album(alice: Persona) -> None:
    post = alice.creates("posts", text="Look", images=stored(alice, 2))
    alice.creates("comments", post=post["id"], text="Nice")
    (comment,) = alice.api.get("comments", post=post["id"], expand="post").json()["results"]
    assert comment["expand"]["post"]["images"] == post["images"]


def test_a_merge_patch_replaces_an_album(alice: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first])
    changed = alice.api.client.patch(
        f"/api/v1/posts/{post['id']}",
        {"images": [second]},
        content_type="application/merge-patch+json",
    )
    assert ids(changed.json()) == [second]


def test_a_batch_changes_albums(alice: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first])
    write = {"method": "PATCH", "path": f"posts/{post['id']}", "body": {"images+": [second]}}
    (done,) = alice.api.post("batch", {"requests": [write]}).json()["results"]
    assert ids(done["body"]) == [first, second]
