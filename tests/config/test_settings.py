"""What an operator writes into a variable is used, or named in one line: never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from config import env
from tests.config.test_serve import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from resources.json_text import JsonObject

FILE = ROOT / "config" / "settings.py"
CODE = compile(FILE.read_text(encoding="utf-8"), str(FILE), "exec")
BAD = (
    "lots",
    "-1",
    "1.5",
    "٣",
    "1e9",
    "9" * 30,
    "9" * 5000,
    "x",
    "gopher://cards.example/",
    "http://",
    "postgresql://db.example",
    "http://cards.example/?a=b",
    "two words",
    "<>",
    "/nowhere/at all",
    "\x1b[31mred\x07",
    "é\udcff",
)
# Secrets of other services and words of people: whatever is written there may be right.
ANYTHING_GOES = {
    "PASSWORD_CONTEXT_WORDS",
    "OAUTH_GOOGLE_LABEL",
    "OAUTH_GOOGLE_CLIENT_ID",
    "OAUTH_GOOGLE_CLIENT_SECRET",
    "OAUTH_GUILD_LABEL",
    "OAUTH_GUILD_CLIENT_ID",
    "OAUTH_GUILD_CLIENT_SECRET",
    "OAUTH_APPLE_LABEL",
    "OAUTH_APPLE_CLIENT_ID",
    "OAUTH_APPLE_TEAM_ID",
    "OAUTH_APPLE_KEY_ID",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
    "METRICS_FOLDER",
}
COMPLETE = {
    "OAUTH_PROVIDERS": "google, guild",
    "OAUTH_GOOGLE_CLIENT_ID": "id",
    "OAUTH_GOOGLE_CLIENT_SECRET": "secret",
    "OAUTH_GUILD_CLIENT_ID": "id",
    "OAUTH_GUILD_CLIENT_SECRET": "secret",
    "OAUTH_GUILD_ISSUER": "https://guild.example",
    "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": "secret",
    "TURN_SECRET": "north-by-northwest-1959",
    "TURN_URIS": "turn:turn.example.com:3478",
}
HANDED = {
    "THROTTLE_WRITE": "lots",
    "SECRET_KEY": "x",
    "SEALING_KEYS": "abc",
    "DATABASE_POOL": "0",
    "REDIS_URL": "http://x",
    "DATABSE_URL": "postgresql://holo@db.example/holo",
    "DATABASE_URL": "mysql://holo:pa55word@db.example/holo",
}
WRONG = (
    *HANDED.items(),
    ("THROTTLE_READ", "0/min"),
    ("THROTTLE_AUTH", "60/fortnight"),
    ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("SEALING_KEYS", "7c1f0b7f6d3a4e5f9a8b1c2d3e4f5061, abc"),
    ("BLIND_INDEX_KEY", "changeme"),
    ("METRICS_TOKEN", "prometheus"),
    ("DATABASE_URL", "postgresql://holo@db.example"),
    ("DATABASE_URL", "postgresql://holo@db.example/holo?sslmdoe=require"),
    ("DATABASE_URL", "postgresql://holo@db.example/holo?sslmode=always"),
    ("DATABASE_URL", "postgresql://holo@db.example:lots/holo"),
    ("REDIS_URL", "redis://cache.example:6379/cards"),
    ("S3_ENDPOINT_URL", "s3.example.com:9000"),
    ("S3_BUCKET", "https://s3.example.com/cards"),
    ("PUBLIC_URL", "cards.example"),
    ("PUBLIC_URL", "https://cards.example/?lang=ko"),
    ("SITE_URL", "https://me:secret@cards.example"),
    ("CORS_ORIGINS", "https://cards.example/shop"),
    ("CORS_ORIGINS", "cards.example"),
    ("CSRF_TRUSTED_ORIGINS", "cards.example"),
    ("ALLOWED_HOSTS", "https://cards.example"),
    ("ALLOWED_HOSTS", "cards.example:8000"),
    ("MAIL_URL", "mail.example"),
    ("MAIL_URL", "imap://mail.example"),
    ("MAIL_FROM", "Holobase"),
    ("TURN_URIS", "https://turn.example"),
    ("FILES_URL", "/files"),
    ("LOG_LEVEL", "LOUD"),
    ("HOLOBASE_ROLE", "everything"),
    ("LISTEN_PORT", "80000"),
    ("HOLOBASE_DATA", "/dev/null/here"),
    ("CHANGES_KEPT_DAYS", "3"),
    ("GUESSES_PER_ACCOUNT", "2"),
    ("HSTS_PRELOAD", "true"),
    ("OAUTH_GUILD_ISSUER", "http://guild.example"),
    ("DATABASE_URL_FILE", "/nowhere"),
)
LOOK_ALIKES = (
    ("DATBASE_URL", "DATABASE_URL"),
    ("DATABASEURL", "DATABASE_URL"),
    ("DATABASE_URI", "DATABASE_URL"),
    ("database_url", "DATABASE_URL"),
    ("REDIS_ULR", "REDIS_URL"),
    ("SEALNG_KEY", "SEALING_KEYS"),
    ("ALLOWED_HOST", "ALLOWED_HOSTS"),
    ("SECRET_KEY_FLE", "SECRET_KEY_FILE"),
    ("TROTTLE_WRITE", "THROTTLE_WRITE"),
    ("HOLOBASE_ROEL", "HOLOBASE_ROLE"),
)
FOREIGN = (
    "DATABASE_PORT",  # Kubernetes, for a service called `database`
    "HOLOBASE_PORT",
    "HOLOBASE_SERVICE_HOST",
    "REDIS_PORT",
    "AWS_REGION",
    "SES_REGION",
    "SECRET_KEY_BASE",
    "VITE_URL",
    "USE_SSL",
    "HTTP_PROXY",
    "MAIL_HOST",
    "POSTGRES_USER",
    "LANG",
)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Start from settings of which each can be read, in a folder of their own."""
    for name in HANDED.keys() | {"S3_BUCKET", "S3_ENDPOINT_URL"}:
        monkeypatch.delenv(name, raising=False)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOLOBASE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(env, "known_names", set())
    return monkeypatch


def settings() -> JsonObject:
    loaded: JsonObject = {"__file__": str(FILE), "__name__": "settings"}
    exec(CODE, loaded)  # noqa: S102 - our own file
    return loaded


def problem_with(name: str, value: str) -> env.VariableProblem | None:
    """Load the settings with one variable changed; returns what is wrong with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        try:
            settings()
        except env.VariableProblem as problem:
            return problem
        return None


def names(given: pytest.MonkeyPatch) -> list[str]:
    """Find every variable that the settings read, those of providers and of PostgreSQL too."""
    settings()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", "postgresql://holo@db.example/holo")
        settings()
    return sorted(env.known_names)


def test_the_settings_of_these_tests_can_be_read(given: pytest.MonkeyPatch) -> None:
    assert settings()["OAUTH_PROVIDERS"].keys() == {"google", "guild"}


def test_every_variable_is_used_or_named_whatever_is_in_it(given: pytest.MonkeyPatch) -> None:
    accepting = set()
    for name in names(given):
        problems = [problem for bad in BAD if (problem := problem_with(name, bad))]
        for problem in problems:
            # A provider that is named lacks variables of its own.
            kind = "OAUTH_" if name == "OAUTH_PROVIDERS" else name.removesuffix("_FILE")
            assert problem.name.startswith(kind), (name, str(problem))
            assert str(problem).isprintable(), (name, str(problem))
            assert len(str(problem)) < 250, (name, str(problem))
        if not problems:
            accepting.add(name)
    assert accepting - ANYTHING_GOES == set()


def test_every_variable_is_in_the_handbook(given: pytest.MonkeyPatch) -> None:
    handbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = {name.removesuffix("_FILE") for name in names(given) if not name.startswith("OAUTH_")}
    assert [name for name in sorted(named) if f"`{name}`" not in handbook] == []


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_an_operator_is_told_which_variable_is_wrong(
    given: pytest.MonkeyPatch, name: str, value: str
) -> None:
    problem = problem_with(name, value)
    assert problem is not None
    assert str(problem).startswith(f"{name}: ")
    for secret in ("pa55word", "aaaaaaaa", "changeme", "me:secret"):
        assert secret not in str(problem)


@pytest.mark.parametrize(("written", "meant"), LOOK_ALIKES)
def test_an_operator_is_told_of_a_misspelled_name(
    given: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    names(given)
    assert str(problem_with(written, "1")) == (
        f"{written}: is no variable of ours: did you mean {meant}?"
    )


def test_what_looks_like_a_variable_that_is_set_besides_is_somebody_elses(
    given: pytest.MonkeyPatch,
) -> None:
    given.setenv("MAIN_URL", "https://shop.example")
    assert str(problem_with("HOME_URL", "x")).startswith("MAIN_URL: ")
    assert problem_with("MAIL_URL", "smtp://mail.example") is None
    assert problem_with("MAIL_URL", "") is None


@pytest.mark.parametrize("name", FOREIGN)
def test_variables_of_other_programs_are_nothing_to_us(
    given: pytest.MonkeyPatch, name: str
) -> None:
    names(given)
    assert problem_with(name, "tcp://10.0.0.1:8000") is None


def test_the_two_halves_of_a_setting_go_together(given: pytest.MonkeyPatch) -> None:
    for half, other in (
        ("TURN_SECRET", "TURN_URIS"),
        ("TURN_URIS", "TURN_SECRET"),
        ("S3_ACCESS_KEY", "S3_SECRET_KEY"),
        ("S3_SECRET_KEY", "S3_ACCESS_KEY"),
    ):
        assert str(problem_with(half, "")).startswith(f"{half}: is not set, but "), other


def test_under_tls_links_cannot_begin_without(given: pytest.MonkeyPatch) -> None:
    given.setenv("USE_TLS", "true")
    assert str(problem_with("PUBLIC_URL", "http://cards.example")).startswith("PUBLIC_URL: ")
    assert problem_with("PUBLIC_URL", "https://cards.example") is None
    assert problem_with("PUBLIC_URL", "") is None


def test_mails_lead_to_the_port_that_is_served_on(given: pytest.MonkeyPatch) -> None:
    given.setenv("LISTEN_PORT", "8500")
    assert settings()["PUBLIC_URL"] == "http://localhost:8500"
    assert settings()["FILES_URL"] == "/files/"
    assert settings()["OAUTH_REDIRECTS"] == ["http://localhost:8500/"]
    given.setenv("PUBLIC_URL", "https://api.cards.example/")
    assert settings()["PUBLIC_URL"] == "https://api.cards.example"
    assert settings()["FILES_URL"] == "https://api.cards.example/files/"


COMMANDS = (
    ["manage.py", "serve"],
    ["manage.py", "rotate_keys", "--fields"],
    ["manage.py"],
    ["-m", "tests.run", "--fast"],
)


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_no_command_goes_on_with_a_wrong_setting() -> None:
    def outcome(command: list[str]) -> tuple[int, str]:
        done = run(command, THROTTLE_WRITE="lots")
        return done.returncode, done.stderr

    line = "holo: THROTTLE_WRITE: expected a rate such as 120/min, 30/hour or off, got 'lots'\n"
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(outcome, COMMANDS)) == {(2, line)}


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = {"PROXIES": "two", "USE_TLS": "maybe", "REDIS_URL": "http://x", "LOG_LEVLE": "INFO"}
    done = run(["manage.py", "check"], **wrong)
    assert done.returncode == 2
    assert {line.split(": ")[1] for line in done.stderr.splitlines()} == wrong.keys()


@pytest.mark.parametrize(
    ("option", "value"), [("--port", "lots"), ("--port", "0"), ("--port", "70000"), ("--data", "")]
)
def test_a_wrong_option_is_named_too(option: str, value: str) -> None:
    done = run(["manage.py", "serve", option, value])
    assert done.returncode == 2
    assert done.stderr.startswith(f"holo: {option}: expected ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_address_to_listen_at_is_named() -> None:
    done = run(["manage.py", "serve", "--host", "nowhere"])
    assert done.returncode == 2
    assert "argument --host: invalid network_address value: 'nowhere'" in done.stderr


def test_settings_of_another_project_are_not_looked_for() -> None:
    done = run(["manage.py", "check"], DJANGO_SETTINGS_MODULE="shop.settings")
    line = "holo: DJANGO_SETTINGS_MODULE: there is no module 'shop.settings'\n"
    assert (done.returncode, done.stderr) == (2, line)
