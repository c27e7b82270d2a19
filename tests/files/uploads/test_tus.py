"""tus 1.0: a file comes in pieces, from wherever the last connection ended."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from hashlib import sha256

from files.models import File, Upload
from tests.files.drawings import drawn
from tests.files.uploads.tus import CHUNK_TYPE, PATH, Answer, Tus, metadata

type Wrong = tuple[dict[str, str], int, str]

PICTURE = drawn("PNG")
HALF = len(PICTURE) // 2


def checksum(body: bytes, name: str = "sha256") -> str:
    return f"{name} {b64encode(sha256(body).digest()).decode()}"


def is_a_file_of(tus: Tus, answer: Answer) -> bool:
    """Return whether an upload has become a file that a card can show."""
    file = answer.headers["upload-file"]
    card = tus.persona.api.post("cards", {"title": "Dragon", "front": file})
    return bool(card.status_code == 201 and card.json()["front"]["id"] == file)


def test_a_picture_comes_in_two_pieces(dana: Tus) -> None:
    created = dana.creates(len(PICTURE), upload_metadata=metadata(filename="a.png"))
    place = created.headers["location"]
    assert place.startswith(f"{PATH}/")
    assert (created.offset, created.headers["tus-resumable"]) == (0, "1.0.0")
    first = dana.patches(place, 0, PICTURE[:HALF])
    assert (first.status, first.offset) == (204, HALF)
    assert "upload-file" not in first.headers
    head = dana.heads(place)
    assert (head.status, head.offset, head.headers["upload-length"]) == (
        200,
        HALF,
        str(len(PICTURE)),
    )
    assert head.headers["cache-control"] == "no-store"
    assert head.headers["upload-metadata"] == metadata(filename="a.png")
    last = dana.patches(place, HALF, PICTURE[HALF:])
    assert (last.status, last.offset) == (204, len(PICTURE))
    assert is_a_file_of(dana, last)
    shown = dana.views(place)
    assert (shown["state"], shown["file"]) == ("finished", last.headers["upload-file"])


def test_bytes_can_come_with_the_creation(dana: Tus) -> None:
    created = dana.creates(len(PICTURE), PICTURE)
    assert (created.status, created.offset) == (201, len(PICTURE))
    assert is_a_file_of(dana, created)


def test_a_length_can_be_told_at_the_end(dana: Tus) -> None:
    created = dana.creates(None)
    place = created.headers["location"]
    assert (created.status, created.offset) == (201, 0)
    assert dana.patches(place, 0, PICTURE[:HALF]).offset == HALF
    assert dana.heads(place).headers["upload-defer-length"] == "1"
    last = dana.patches(place, HALF, PICTURE[HALF:], upload_length=str(len(PICTURE)))
    assert is_a_file_of(dana, last)
    again = dana.patches(place, len(PICTURE), b"", upload_length=str(len(PICTURE) + 1))
    assert (again.status, again.code) == (400, "bad_header")


def test_what_came_before_a_connection_was_cut_counts(dana: Tus) -> None:
    place = dana.begins(len(PICTURE))
    dana.is_cut_off(place, 0, PICTURE[:HALF])
    assert dana.heads(place).offset == HALF
    assert is_a_file_of(dana, dana.patches(place, HALF, PICTURE[HALF:]))


def test_a_new_request_takes_over_from_one_that_hangs(dana: Tus) -> None:
    place = dana.begins(len(PICTURE))

    async def go() -> tuple[Answer, Answer, Answer]:
        hanging = dana.patch(place, 0)
        await hanging.send(PICTURE[:10])
        await hanging.is_being_read()
        head = dana.request("HEAD", place)
        await head.send(b"", is_last=True)
        offset = (await head.answer()).offset
        following = dana.patch(place, offset)
        await following.send(PICTURE[offset:], is_last=True)
        finished = await following.answer()
        await hanging.send(PICTURE[10:], is_last=True)
        return finished, await hanging.answer(), finished

    finished, late, _same = asyncio.run(go())
    assert is_a_file_of(dana, finished)
    assert (late.status, late.code) == (423, "taken_over")


def test_a_checksum_holds_for_a_whole_chunk_or_nothing_of_it_counts(dana: Tus) -> None:
    place = dana.begins(len(PICTURE))
    wrong = dana.patches(place, 0, PICTURE[:HALF], upload_checksum=checksum(PICTURE))
    assert (wrong.status, wrong.code) == (460, "checksum_mismatch")
    assert wrong.json()["title"] == "Checksum Mismatch"
    dana.is_cut_off(place, 0, PICTURE[:HALF], upload_checksum=checksum(PICTURE[:HALF]))
    assert dana.heads(place).offset == 0
    right = dana.patches(place, 0, PICTURE, upload_checksum=checksum(PICTURE))
    assert is_a_file_of(dana, right)


def test_an_upload_can_be_ended(dana: Tus) -> None:
    place = dana.begins(len(PICTURE))
    dana.patches(place, 0, PICTURE[:HALF])
    assert dana.asks("DELETE", place).status == 204
    assert dana.heads(place).status == 404
    assert not Upload.objects.exists()


def test_what_an_upload_has_become_outlives_it(dana: Tus) -> None:
    created = dana.creates(len(PICTURE), PICTURE)
    assert dana.asks("DELETE", created.headers["location"]).status == 204
    assert is_a_file_of(dana, created)


def test_pieces_that_came_side_by_side_become_one_file(dana: Tus) -> None:
    places = [
        dana.creates(len(part), part, upload_concat="partial").headers["location"]
        for part in (PICTURE[:HALF], PICTURE[HALF:])
    ]
    assert not File.objects.exists()
    final = f"final;{places[0]} http://testserver{places[1]}"
    created = dana.asks("POST", upload_concat=final)
    assert (created.status, created.offset) == (201, len(PICTURE))
    assert is_a_file_of(dana, created)
    assert dana.heads(created.headers["location"]).headers["upload-concat"] == final
    assert [dana.heads(place).status for place in places] == [404, 404]


def test_an_upload_is_its_owners_alone(dana: Tus, carol: Tus) -> None:
    place = dana.begins(len(PICTURE))
    assert carol.heads(place).status == 404
    assert carol.asks("GET", place).status == 404
    assert carol.asks("DELETE", place).status == 404
    assert carol.patches(place, 0, PICTURE).status == 404
    assert carol.asks("POST", upload_concat=f"final;{place}").status == 404
    assert dana.patches(place, 0, PICTURE).status == 204


def test_nobody_uploads_without_an_account(dana: Tus) -> None:
    place = dana.begins(len(PICTURE))
    for method, where in (("POST", PATH), ("HEAD", place), ("GET", place), ("DELETE", place)):
        answer = dana.asks(method, where, authorization="", upload_length="1")
        assert answer.status == 401
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert dana.patches(place, 0, PICTURE, authorization="").status == 401


WRONG_PATCHES: list[Wrong] = [
    ({"tus_resumable": ""}, 412, "unsupported_version"),
    ({"tus_resumable": "0.2.2"}, 412, "unsupported_version"),
    ({"upload_offset": ""}, 400, "bad_header"),
    ({"upload_offset": "-1"}, 400, "bad_header"),
    ({"upload_offset": "1"}, 409, "offset_mismatch"),
    ({"content_type": "image/png"}, 415, "unsupported_media_type"),
    ({"content_length": str(10**6)}, 413, "too_large"),
    ({"upload_checksum": "md4 AAAA"}, 400, "bad_header"),
    ({"upload_checksum": "sha1 ***"}, 400, "bad_header"),
]
WRONG_CREATIONS: list[Wrong] = [
    ({"upload_length": ""}, 400, "bad_header"),
    ({"upload_length": "0"}, 400, "empty"),
    ({"upload_length": "x"}, 400, "bad_header"),
    ({"upload_length": "9" * 30}, 400, "bad_header"),
    ({"upload_length": str(11 * 2**20)}, 413, "too_large"),
    ({"upload_defer_length": "1"}, 400, "bad_header"),
    ({"upload_length": "", "upload_defer_length": "2"}, 400, "bad_header"),
    ({"upload_metadata": "filename ***"}, 400, "bad_header"),
    ({"upload_metadata": "filename /w=="}, 400, "bad_header"),
    ({"upload_metadata": "a YQ==,a YQ=="}, 400, "bad_header"),
    ({"upload_metadata": "a " + "A" * 5000}, 400, "bad_header"),
    ({"upload_metadata": metadata(field="cards.title")}, 400, "unknown_field"),
    (
        {"upload_metadata": metadata(field="cards.front", filetype="video/mp4")},
        415,
        "type_not_taken",
    ),
    ({"upload_concat": "both"}, 400, "bad_header"),
    ({"upload_concat": "final;"}, 400, "bad_header"),
    ({"upload_concat": "final;/elsewhere"}, 400, "bad_header"),
    ({"tus_resumable": ""}, 412, "unsupported_version"),
]


def test_a_wrong_patch_says_what_is_wrong_and_loses_nothing(dana: Tus) -> None:
    place = dana.begins(len(PICTURE))
    for headers, status, code in WRONG_PATCHES:
        told = {"upload_offset": "0", "content_type": CHUNK_TYPE, **headers}
        refused = dana.asks("PATCH", place, PICTURE, **told)
        assert (refused.status, refused.code) == (status, code), headers
        assert refused.headers["tus-resumable"] == "1.0.0"
        assert dana.heads(place).offset == 0


def test_a_wrong_creation_says_what_is_wrong(dana: Tus) -> None:
    for headers, status, code in WRONG_CREATIONS:
        for body, kind in ((b"", ""), (b"x", CHUNK_TYPE)):
            told = {"upload_length": "5", "content_type": kind, **headers}
            refused = dana.asks("POST", PATH, body, **told)
            assert (refused.status, refused.code) == (status, code), headers
    assert not Upload.objects.exists()


def test_more_than_was_announced_is_refused(dana: Tus) -> None:
    place = dana.begins(10)

    async def go() -> Answer:
        request = dana.patch(place, 0)
        await request.send(b"x" * 11, is_last=True)
        return await request.answer()

    assert asyncio.run(go()).status == 413
    assert dana.heads(place).offset == 0


def test_what_is_no_picture_is_refused_for_good(dana: Tus) -> None:
    place = dana.begins(5)
    refused = dana.patches(place, 0, b"hello")
    assert (refused.status, refused.code) == (415, "not_a_picture")
    assert dana.patches(place, 5, b"").code == "not_a_picture"
    assert dana.heads(place).status == 410
    shown = dana.views(place)
    assert (shown["state"], shown["problem"]["code"]) == ("refused", "not_a_picture")
    assert not File.objects.exists()


def test_a_client_that_can_only_post_says_which_method_it_means(dana: Tus) -> None:
    place = dana.begins(len(PICTURE))
    told = {"upload_offset": "0", "content_type": CHUNK_TYPE}
    sent = dana.asks("POST", place, PICTURE, x_http_method_override="PATCH", **told)
    assert sent.status == 204
    assert dana.asks("POST", place, x_http_method_override="DELETE").status == 204


def test_what_the_server_can_do_is_told_to_everybody(dana: Tus) -> None:
    told = dana.asks("OPTIONS", tus_resumable="", authorization="")
    assert (told.status, told.headers["tus-version"]) == (204, "1.0.0")
    assert "concatenation" in told.headers["tus-extension"].split(",")
    assert "sha1" in told.headers["tus-checksum-algorithm"].split(",")


def test_a_page_of_another_origin_may_upload(dana: Tus) -> None:
    asked = {"origin": "https://cards.example.com", "access_control_request_method": "PATCH"}
    wanted = "tus-resumable,upload-offset,content-type,upload-checksum"
    preflight = dana.asks(
        "OPTIONS", f"{PATH}/x", b"", access_control_request_headers=wanted, **asked
    )
    assert preflight.status == 200
    created = dana.creates(5, origin="https://cards.example.com")
    exposed = created.headers["access-control-expose-headers"].lower()
    assert {"location", "upload-offset", "upload-file"} <= {
        each.strip() for each in exposed.split(",")
    }
