"""A webhook is no way into the operator's own network, and no way to keep a worker busy."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from resources import outgoing
from resources.outgoing import is_public, post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.webhooks.conftest import Receiver

INSIDE = (
    "127.0.0.1",
    "127.255.0.9",
    "0.0.0.0",  # noqa: S104 - not bound to, refused
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
)
OUTSIDE = ("1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1")


@pytest.fixture
def guarded(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Have names resolve to these addresses, asked once more to the next ones."""
    left = list(answers)

    def find(_host: str, port: int, **_more: object) -> Any:
        kinds = (socket.SOCK_STREAM, 6, "")
        return [(_family(address), *kinds, (address, port)) for address in left.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", find)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6


def test_what_is_public() -> None:
    assert [address for address in INSIDE if is_public(address)] == []
    assert [address for address in OUTSIDE if not is_public(address)] == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"],
)
def test_no_spelling_reaches_this_machine(guarded: None, receiver: Receiver, host: str) -> None:
    url = receiver.url.replace("127.0.0.1", host)
    outcome = post(url, b"{}", {})
    assert (outcome.status, outcome.is_good) == (None, False)
    assert outcome.error
    assert receiver.heard == []


def test_a_name_with_one_inner_address_is_refused(
    guarded: None, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    outcome = post(receiver.url.replace("127.0.0.1", "evil.example.com"), b"{}", {})
    assert "127.0.0.1 is no address of the public internet" in outcome.error
    assert receiver.heard == []


def test_a_name_is_asked_for_once(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    outcome = post(receiver.url.replace("127.0.0.1", "shop.example.com"), b"{}", {})
    assert outcome.status == 204, outcome
    assert receiver.heard[0].headers["host"].startswith("shop.example.com:")


def test_the_next_address_is_tried_when_one_does_not_answer(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["::1", "127.0.0.1"])
    assert post(receiver.url.replace("127.0.0.1", "shop.example.com"), b"{}", {}).is_good
    resolving(monkeypatch, ["::1"])
    assert "refused" in post(receiver.url.replace("127.0.0.1", "x.example.com"), b"", {}).error
    resolving(monkeypatch, [])
    assert "no address" in post("http://y.example.com", b"", {}).error


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers = [307]
    receiver.location = receiver.url
    outcome = post(receiver.url, b"{}", {})
    assert (outcome.status, outcome.error) == (307, "answered 307")
    assert len(receiver.heard) == 1


def test_a_proxy_of_the_environment_is_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert post(receiver.url, b"{}", {}).is_good


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com",
        "file:///etc/passwd",
        "http://",
        "http://a:b@example.com",
        "http://example.com:99999",
        "http://[::1",
        "http://127.0.0.1/\r\nX: y",
        f"http://{'a' * 70}.com",
    ],
)
def test_odd_addresses_fail_without_a_crash(url: str) -> None:
    outcome = post(url, b"{}", {})
    assert outcome.status is None
    assert outcome.error


def test_without_tls_nothing_is_sent_where_tls_is_used(
    receiver: Receiver, settings: Settings
) -> None:
    settings.USE_TLS = True
    assert "only https" in post(receiver.url, b"{}", {}).error
    assert receiver.heard == []


def test_a_trickle_of_bytes_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TIMEOUT", 0.4)
    lines = iter(range(40))

    def trickle(client: socket.socket) -> None:
        read(client)
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        for _line in lines:
            client.sendall(b"X: y\r\n")
            sleep(0.1)

    with serving(trickle) as port:
        outcome = post(f"http://127.0.0.1:{port}", b"{}", {})
    assert (outcome.status, outcome.error) == (None, "no answer within 0 s")
    assert list(lines), "all lines were waited for"


def test_of_a_long_answer_little_is_read() -> None:
    sent: list[int] = []

    def pour(client: socket.socket) -> None:
        read(client)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        sent.extend(client.send(b"x" * 65536) for _ in range(10_000))

    with serving(pour) as port:
        assert post(f"http://127.0.0.1:{port}", b"{}", {}).is_good
    assert sum(sent) < 100_000_000


def test_a_certificate_is_checked_against_the_name_and_the_checked_address_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path, "shop.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as encrypted:
            read(encrypted)
            encrypted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    for name, trusted, status in (
        ("shop.example.com", True, 200),
        ("evil.example.com", True, None),
        ("shop.example.com", False, None),
    ):
        resolving(monkeypatch, ["127.0.0.1"])
        with monkeypatch.context() as patch, serving(answer) as port:
            if trusted:
                patch.setenv("SSL_CERT_FILE", str(certificate))
            outcome = post(f"https://{name}:{port}/told", b"{}", {})
        assert outcome.status == status, outcome
        assert status or "CERTIFICATE_VERIFY_FAILED" in outcome.error


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer one client; returns the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            client, _address = server.accept()
            with client, suppress(OSError):
                talk(client)

        thread = Thread(target=accept)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def read(client: socket.socket) -> None:
    """Read a request whose body is `{}`."""
    request = b""
    while not request.endswith(b"{}"):
        request += client.recv(9999)


def self_signed(folder: Path, host: str) -> Path:
    """Write a certificate and its key into a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(certificate.public_bytes(encoding) + private)
    return file
