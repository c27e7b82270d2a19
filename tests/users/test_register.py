"""Opening an account: asked for, proven by mail, and opened only then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.client import Api
from users.models import Proof, User

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona
    from tests.users.conftest import Mailbox

ADDRESS = "dana@example.com"
PROFILE = {"email": "Dana@Example.com", "username": "Dana", "password": "a correct horse 9"}
NAMED = {"username": "Dana", "password": "a correct horse 9"}


def register(**changed: object) -> Any:
    return Api().post("auth/register", PROFILE | changed)


def confirm(**proof: object) -> Any:
    return Api().post("auth/verify-email/confirm", proof)


def test_anonymous_can_open_an_account_by_the_code_in_the_mail(mailbox: Mailbox) -> None:
    asked = register(locale="ko", display_name="다나")
    assert asked.status_code == 202, asked.content
    assert not User.objects.exists()
    answer = confirm(proof=asked.json()["proof"], code=mailbox.code(ADDRESS))
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"access", "refresh", "user"}
    own = Api(answer.json()["access"]).get("users/me").json()
    assert own == answer.json()["user"]
    assert (own["email"], own["locale"], own["is_verified"]) == (ADDRESS, "ko", True)
    sign_in = Api().post("auth/token", {"identity": "dana", "password": PROFILE["password"]})
    assert sign_in.status_code == 200


def test_anonymous_can_open_an_account_by_the_link_in_the_mail(mailbox: Mailbox) -> None:
    register()
    token = mailbox.token(ADDRESS)
    assert confirm(token=token).json()["user"]["username"] == "Dana"
    assert confirm(token=token).json()["code"] == "wrong_code"


def test_all_that_is_wrong_is_told_at_once(mailbox: Mailbox) -> None:
    wrong = {"email": "nobody", "username": "a b", "password": "card", "display_name": "x" * 61}
    refused = register(**wrong)
    assert refused.status_code == 400
    assert {error["field"] for error in refused.json()["errors"]} == set(wrong)
    incomplete = Api().post("auth/register", {"username": "a b"})
    assert {error["field"] for error in incomplete.json()["errors"]} == {
        "email",
        "password",
        "username",
    }


def test_the_mail_speaks_the_readers_language_as_text_and_html(mailbox: Mailbox) -> None:
    Api().post("auth/register", PROFILE, Accept_Language="ko")
    (letter,) = mailbox.to(ADDRESS)
    html = letter.get_body(("html",))
    assert html is not None
    assert letter["Subject"] == "이메일 주소 확인"
    assert mailbox.code(ADDRESS) in html.get_content()
    assert 'lang="ko"' in html.get_content()


def test_a_password_is_never_kept_as_it_was_sent(mailbox: Mailbox) -> None:
    asked = register()
    assert PROFILE["password"] not in Proof.objects.get().payload
    confirm(proof=asked.json()["proof"], code=mailbox.code(ADDRESS))
    user = User.objects.get()
    assert PROFILE["password"] not in user.password
    assert user.check_password(PROFILE["password"])


def test_nobody_can_tell_by_the_answer_whether_an_address_has_an_account(
    mailbox: Mailbox,
) -> None:
    asked = register()
    confirm(proof=asked.json()["proof"], code=mailbox.code(ADDRESS))
    taken, free = register(username="eve"), register(username="eve", email="free@example.com")
    assert (taken.status_code, free.status_code) == (202, 202)
    assert {**taken.json(), "proof": ""} == {**free.json(), "proof": ""}
    # The owner hears of it; the code that the stranger waits for does not come.
    assert "There is one already" in mailbox.text(ADDRESS)
    assert mailbox.code("free@example.com")
    for path in ("auth/password-reset", "auth/otp", "auth/verify-email"):
        answers = [Api().post(path, {"email": who}) for who in (ADDRESS, "nobody@example.com")]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json()["detail"] == answers[1].json()["detail"]
        assert set(answers[0].headers) == set(answers[1].headers)
    assert mailbox.to("nobody@example.com") == []


def test_nobody_can_tell_by_the_work_done_whether_an_address_has_an_account(
    alice: Persona,
) -> None:
    """The look into the table of accounts is the mailing task's, not the request's."""
    for path in ("auth/password-reset", "auth/otp", "auth/verify-email"):
        assert work_for(path, "alice@example.com") == work_for(path, "nobody@example.com")
    ours = work_for("auth/register", "alice@example.com", **NAMED)
    assert ours == work_for("auth/register", "nobody@example.com", **NAMED)
    assert len(ours) > 1


def work_for(path: str, email: str, **profile: object) -> list[str]:
    """Return the statements that answering a request takes, without their values."""
    with CaptureQueriesContext(connection) as queries:
        assert Api().post(path, profile | {"email": email}).status_code == 202
    return [re.sub(r"'[^']*'", "?", query["sql"]) for query in queries]


def test_nobody_can_open_an_account_with_anothers_address(mailbox: Mailbox) -> None:
    """A stranger's registration has a proof of its own, which the owner's code is not for."""
    owners, strangers = register(), register(username="mallory")
    code = mailbox.code(ADDRESS)
    assert "mallory" in mailbox.text(ADDRESS)
    assert confirm(proof=owners.json()["proof"], code=code).status_code == 400
    answer = confirm(proof=strangers.json()["proof"], code=code)
    assert answer.json()["user"]["username"] == "mallory"


def test_codes_cannot_be_guessed(mailbox: Mailbox) -> None:
    proof = register().json()["proof"]
    right = mailbox.code(ADDRESS)
    wrong = f"{(int(right) + 1) % 10**8:08}"
    for _number in range(5):
        assert confirm(proof=proof, code=wrong).json()["code"] == "wrong_code"
    assert confirm(proof=proof, code=right).json()["code"] == "wrong_code"
    assert not User.objects.exists()


def test_a_code_is_good_for_one_purpose(mailbox: Mailbox) -> None:
    proof = register().json()["proof"]
    sent = {"proof": proof, "code": mailbox.code(ADDRESS)}
    assert Api().post("auth/otp/confirm", sent).status_code == 400
    reset = Api().post("auth/password-reset/confirm", sent | {"password": "another horse 9"})
    assert reset.status_code == 400
    assert confirm(**sent).status_code == 200


def test_a_name_taken_meanwhile_can_be_replaced(mailbox: Mailbox) -> None:
    first, second = register(), register(email="dora@example.com")
    confirm(proof=first.json()["proof"], code=mailbox.code(ADDRESS))
    sent = {"proof": second.json()["proof"], "code": mailbox.code("dora@example.com")}
    assert confirm(**sent).json()["errors"][0]["field"] == "username"
    assert confirm(**sent, username="dora").json()["user"]["username"] == "dora"


@pytest.mark.parametrize("name", ["alice", "aLICE"])
def test_anonymous_cannot_take_alices_name(alice: Persona, name: str) -> None:
    response = register(username=name)
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert [error["field"] for error in response.json()["errors"]] == ["username"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "x"}, "email"),
        ({"email": None}, "email"),
        ({"username": "d!"}, "username"),
        ({"username": "d@example.com"}, "username"),
        ({"username": "x" * 31}, "username"),
        ({"username": "me\u0000"}, "username"),
        ({"password": ""}, "password"),
        ({"password": "short 1"}, "password"),
        ({"password": "12345678"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "dana@example.com"}, "password"),
        ({"locale": "xx"}, "locale"),
    ],
)
def test_anonymous_cannot_ask_for_an_unusable_account(
    db: None, changed: dict[str, object], field: str
) -> None:
    response = register(**changed)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not Proof.objects.exists()


@pytest.mark.parametrize("claim", ["is_staff", "is_superuser", "trust_level", "is_verified"])
def test_anonymous_cannot_claim_a_standing(mailbox: Mailbox, claim: str) -> None:
    asked = register(**{claim: 1, "groups": ["admin"], "roles": ["admin"]})
    confirm(proof=asked.json()["proof"], code=mailbox.code(ADDRESS))
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.trust_level) == (False, False, 0)
    assert not user.groups.exists()


def test_a_mailbox_cannot_be_flooded(mailbox: Mailbox, settings: Settings) -> None:
    cache.clear()
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"mail": "2/hour"}
    answers = [register().status_code for _number in range(3)]
    assert answers == [202, 202, 429]
    assert len(mailbox.to(ADDRESS)) == 2


def test_the_words_of_a_profile_are_screened_when_its_account_is_opened(
    mailbox: Mailbox, moderator: Persona
) -> None:
    newcomers = {"any": [{"account_younger_than_hours": 24}, {"trust_below": 1}]}
    gems = {"keywords": {"any_of": ["gems"], "match": "part"}}
    for name, condition in (("Newcomers", newcomers), ("Gems", gems)):
        moderator.creates("screening-rules", name=name, condition=condition, action="hold")

    def opens(name: str, display_name: str) -> Any:
        address = f"{name}@example.com"
        asked = register(email=address, username=name, display_name=display_name)
        return confirm(proof=asked.json()["proof"], code=mailbox.code(address))

    assert opens("dana", "Dana").status_code == 200
    refused = opens("erin", "Free gems")
    assert (refused.status_code, refused.json()["code"]) == (403, "screened")
    assert not User.objects.filter(username="erin").exists()
