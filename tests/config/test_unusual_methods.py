"""Methods that HTTP does not have: refused, and no new series or log field for each."""

from __future__ import annotations

import pytest

from tests.client import Browser

pytestmark = pytest.mark.embedded

PATHS = ["/api/v1/cards", "/api/v1/auth/token", "/api/v1/events", "/healthz", "/nothing", "/admin/"]


def series() -> set[str]:
    """Read the names and labels of all metrics."""
    lines = Browser().get("/metrics").content.decode().splitlines()
    return {line.rpartition(" ")[0] for line in lines if not line.startswith("#")}


@pytest.mark.parametrize("path", PATHS)
def test_unusual_methods_share_one_label(db: None, path: str) -> None:
    client = Browser(raise_request_exception=False)
    client.generic("BREW", path)
    series()  # looking makes some, too
    before = series()
    answers = [client.generic(f"BREW{number}", path) for number in range(5)]
    assert series() == before
    assert {answer.status_code for answer in answers} <= {200, 302, 404, 405}


def test_a_method_is_not_logged_at_any_length(db: None, caplog: pytest.LogCaptureFixture) -> None:
    Browser(raise_request_exception=False).generic("B" * 5000, "/api/v1/cards")
    (line,) = [record.getMessage() for record in caplog.records if "B" in record.getMessage()]
    assert line == f"{'B' * 20} /api/v1/cards"


def test_every_usual_method_keeps_its_own(db: None) -> None:
    client = Browser(raise_request_exception=False)
    path = "/api/v1/cards"
    for method in ("GET", "HEAD", "OPTIONS", "PATCH", "DELETE"):
        client.generic(method, path)
    seen = series()
    for method in ("GET", "OPTIONS", "PATCH", "DELETE"):
        assert any(f'method="{method}"' in name for name in seen)
