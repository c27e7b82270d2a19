"""Sign-ins of an address that has had its share are refused before anything reads them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from server.address_limits import AddressLimits
from server.app import fast_path
from server.django_bridge import DjangoBridge
from server.sign_in_lane import threads_of_process
from tests.config.test_request_bodies import Upload

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from pytest_django.fixtures import Settings

AT_ONCE = 30
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"
SIGN_IN = "auth/token"


@pytest.fixture
def reached(
    transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Let an address ask twice a minute; returns the paths that get as far as Django."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"auth": "2/min"}
    found: list[str] = []
    limits = fast_path.next_app
    assert isinstance(limits, AddressLimits)
    django = limits.next_app

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope["path"])
        await django(scope, receive, send)

    monkeypatch.setattr(limits, "next_app", noted)
    return found


def ask(path: str, place: str = HOME, **headers: str) -> tuple[int, Upload]:
    """Send an empty object; returns the status and the answered request."""

    async def sent() -> tuple[int, Upload]:
        upload = Upload(path, place=place, **headers)
        await upload.send(b"{}", is_last=True)
        return await upload.status(), upload

    return asyncio.run(sent())


def statuses(*asked: tuple[str, str]) -> list[int]:
    return [ask(path, place)[0] for path, place in asked]


def test_the_refused_get_the_same_answer_without_their_view(reached: list[str]) -> None:
    assert statuses(*[(SIGN_IN, HOME)] * 2) == [400, 400]
    (status, by_view), (same, early) = ask(SIGN_IN), ask(SIGN_IN, accept_language="ko")
    assert (status, same) == (429, 429)
    assert len(reached) == 3
    for name in (b"ratelimit-limit", b"ratelimit-remaining"):
        assert early.headers[name] == by_view.headers[name]
    assert early.problem["code"] == by_view.problem["code"] == "throttled"
    assert early.problem["detail"] != by_view.problem["detail"], "each in their language"
    assert early.problem["request_id"].encode() == early.headers[b"x-request-id"]


def test_of_many_at_once_few_get_a_thread(
    reached: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[str] = []
    get_response = DjangoBridge.get_response

    def noted(bridge: DjangoBridge, request: HttpRequest) -> HttpResponseBase:
        answered.append(request.path)
        return get_response(bridge, request)

    monkeypatch.setattr(DjangoBridge, "get_response", noted)

    async def go() -> list[int]:
        uploads = [Upload(SIGN_IN, place=HOME) for _number in range(AT_ONCE)]
        for upload in uploads:
            await upload.send(b"{}", is_last=True)
        found = [await upload.status() for upload in uploads]
        assert all(b"x-request-id" in upload.headers for upload in uploads)
        return found

    found = asyncio.run(go())
    assert sorted(found) == [400] * 2 + [429] * (AT_ONCE - 2)
    assert len(reached) == AT_ONCE, "none of them was too many yet when it came"
    # A network has half of the threads; what they were at when the quota ended, they answer.
    assert len(answered) <= 2 + settings.SIGN_IN_THREADS // 2


@pytest.mark.parametrize(
    ("every", "processes", "own"), [(4, 1, 4), (4, 2, 2), (4, 8, 2), (16, 4, 4), (1, 2, 1)]
)
def test_serving_processes_share_the_threads_of_sign_ins(
    settings: Settings, every: int, processes: int, own: int
) -> None:
    settings.SIGN_IN_THREADS, settings.PROCESSES = every, processes
    assert threads_of_process() == own


def test_another_address_and_what_is_counted_otherwise_are_not_refused(reached: list[str]) -> None:
    assert statuses(*[(SIGN_IN, HOME)] * 4)[-1] == 429
    assert statuses((SIGN_IN, ELSEWHERE)) == [400]
    assert statuses(("auth/token/refresh", HOME)) == [400], "counted by session"
    assert statuses(("auth/otp", HOME)) == [429], "counted together with sign-ins"
    assert len(reached) == 5
