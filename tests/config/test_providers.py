"""Social login is set up by variables alone, and a bad one is named."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config import env, providers

KEY = generate_private_key(SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
RSA = rsa_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

GOOGLE = {"OAUTH_GOOGLE_CLIENT_ID": "id", "OAUTH_GOOGLE_CLIENT_SECRET": "secret"}
MYSSO = {
    "OAUTH_MYSSO_CLIENT_ID": "id",
    "OAUTH_MYSSO_CLIENT_SECRET": "secret",
    "OAUTH_MYSSO_ISSUER": "https://sso.example/realms/cards/",
}
APPLE = {
    "OAUTH_APPLE_CLIENT_ID": "id",
    "OAUTH_APPLE_TEAM_ID": "team",
    "OAUTH_APPLE_KEY_ID": "key",
    "OAUTH_APPLE_PRIVATE_KEY": PEM.replace("\n", "\\n"),
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Start without any of these variables."""
    for name in ("OAUTH_PROVIDERS", "OAUTH_REDIRECTS", *GOOGLE, *MYSSO, *APPLE):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def give(given: pytest.MonkeyPatch, names: str, **variables: str) -> None:
    for name, value in {"OAUTH_PROVIDERS": names, **variables}.items():
        given.setenv(name, value)


def test_an_operator_can_leave_social_login_out(given: pytest.MonkeyPatch) -> None:
    assert providers.providers() == {}


def test_an_operator_can_set_providers_up(given: pytest.MonkeyPatch) -> None:
    give(given, "mysso, google", **GOOGLE, **MYSSO, OAUTH_MYSSO_LABEL="The Guild")
    assert list(providers.providers().items()) == [
        (
            "mysso",
            {
                "LABEL": "The Guild",
                "KEY": "id",
                "SECRET": "secret",
                "OIDC_ENDPOINT": "https://sso.example/realms/cards",
            },
        ),
        ("google", {"LABEL": "Google", "KEY": "id", "SECRET": "secret"}),
    ]


def test_an_operator_can_give_apples_key_in_one_line(given: pytest.MonkeyPatch) -> None:
    give(given, "apple", **APPLE)
    assert providers.providers()["apple"]["PRIVATE_KEY"] == PEM


def test_an_operator_can_give_secrets_as_files(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "AuthKey.p8"
    file.write_text(PEM)
    give(given, "apple", **APPLE)
    given.delenv("OAUTH_APPLE_PRIVATE_KEY")
    given.setenv("OAUTH_APPLE_PRIVATE_KEY_FILE", str(file))
    assert providers.providers()["apple"]["PRIVATE_KEY"] == PEM.strip()


@pytest.mark.parametrize(
    ("names", "variables"), [("google", GOOGLE), ("mysso", MYSSO), ("apple", APPLE)]
)
def test_an_operator_cannot_leave_a_variable_out(
    given: pytest.MonkeyPatch, names: str, variables: dict[str, str]
) -> None:
    for missing in variables:
        give(given, names, **{**variables, missing: ""})
        with pytest.raises(env.VariableProblem, match=f"^{missing}: is not set") as raised:
            providers.providers()
        assert raised.value.name == missing


@pytest.mark.parametrize("names", ["my_sso", "my-sso", "MySSO", "4chan", "a/b", "a" * 31, "../x"])
def test_an_operator_cannot_name_a_provider_so_that_addresses_break(
    given: pytest.MonkeyPatch, names: str
) -> None:
    give(given, names)
    with pytest.raises(env.VariableProblem, match=r"^OAUTH_PROVIDERS: .*is no name"):
        providers.providers()


@pytest.mark.parametrize(
    "issuer", ["http://sso.example", "ftp://sso.example", "sso.example", "http://localhost.example"]
)
def test_an_operator_cannot_trust_an_issuer_without_tls(
    given: pytest.MonkeyPatch, issuer: str
) -> None:
    give(given, "mysso", **{**MYSSO, "OAUTH_MYSSO_ISSUER": issuer})
    with pytest.raises(env.VariableProblem, match=r"^OAUTH_MYSSO_ISSUER: expected"):
        providers.providers()


def test_a_developer_can_have_an_issuer_on_the_same_machine(given: pytest.MonkeyPatch) -> None:
    give(given, "mysso", **{**MYSSO, "OAUTH_MYSSO_ISSUER": "http://localhost:9400"})
    assert providers.providers()["mysso"]["OIDC_ENDPOINT"] == "http://localhost:9400"


@pytest.mark.parametrize(
    "key", ["nonsense", RSA, PEM[:80], "é"], ids=["nonsense", "RSA", "cut off", "no ASCII"]
)
def test_an_operator_cannot_give_apple_another_key(given: pytest.MonkeyPatch, key: str) -> None:
    give(given, "apple", **{**APPLE, "OAUTH_APPLE_PRIVATE_KEY": key})
    with pytest.raises(env.VariableProblem, match=r"^OAUTH_APPLE_PRIVATE_KEY: expected"):
        providers.providers()


def test_apps_come_back_to_our_sites_unless_told_otherwise(given: pytest.MonkeyPatch) -> None:
    sites = ("https://cards.example/shop", "", "http://localhost:8000")
    expected = ["https://cards.example/", "http://localhost:8000/"]
    assert providers.redirects(*sites) == expected
    given.setenv("OAUTH_REDIRECTS", "holo://signed-in, https://a.example/")
    assert providers.redirects(*sites) == ["holo://signed-in", "https://a.example/"]


@pytest.mark.parametrize(
    "entry",
    [
        "https://cards.example",
        "https:///",
        "https://user@cards.example/",
        "https://cards.example/#a",
        "https://cards.example/*\\",
        "cards.example",
        "*",
        "javascript:alert(1)",
        "data:text/html",
        "HTTPS://cards.example/",
    ],
)
def test_an_operator_cannot_allow_what_is_not_safe(given: pytest.MonkeyPatch, entry: str) -> None:
    given.setenv("OAUTH_REDIRECTS", entry)
    with pytest.raises(env.VariableProblem, match=r"^OAUTH_REDIRECTS: ") as raised:
        providers.redirects()
    assert repr(entry) in str(raised.value)
