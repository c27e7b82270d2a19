"""A real Chromium, driven by its own driver."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("chromium", "chromedriver")
# Another installation may be under way.
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300")
UPDATE = (*APT, "update")
INSTALL = (*APT, "install", "-y", "--no-install-recommends", "chromium", "chromium-driver")
UNATTENDED = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
LOCK = Path("/", "tmp", f"holobase-browser-{os.geteuid()}.lock")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-popup-blocking",
    # Calls between two pages of this machine: they need its addresses, loopback too.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
    "--window-size=900,620",
)


class BrowserProblem(RuntimeError):
    """There is no browser, and none could be installed; the message says what to do."""


def install_browser() -> None:
    """Install Chromium and its driver unless they are there; raises BrowserProblem.

    `tests.run` does so before the tests begin. Processes that come here at once take turns.
    """
    if _has_programs():
        return
    with LOCK.open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not _has_programs():
            _install()
    if not _has_programs():
        raise BrowserProblem(
            f"The tests need {' and '.join(PROGRAMS)}, and can install them only as root on Debian "
            f"or Ubuntu: {' '.join(INSTALL)}"
        )


def _install() -> None:
    is_debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    if is_debian and os.geteuid() == 0:
        for command in (UPDATE, INSTALL):
            subprocess.run(command, check=False, capture_output=True, env=UNATTENDED)


def _has_programs() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


@contextmanager
def chromium(folder: Path, *further: str) -> Iterator[Chrome]:
    """Run a Chromium without window, which reaches nothing but this machine.

    `further` are options of its command line.
    """
    install_browser()
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for option in (*OPTIONS, *further, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(option)
    service = Service(str(shutil.which("chromedriver")), log_output=str(folder / "driver.log"))
    browser = Chrome(options, service)
    try:
        yield browser
    finally:
        browser.quit()
