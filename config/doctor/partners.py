"""What Holobase stands on besides its database: Redis, the S3 server, the mail server."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr, parsedate_to_datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any, cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail import mailers
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from config.doctor.setup_check import CheckOutcome, SetupCheck, expect, fail, ok, warn
from config.providers import LOOPBACK
from files.storage import bucket_storage

if TYPE_CHECKING:
    from redis import Redis

SECONDS = 3.0
TOLERANCE_SECONDS = 5.0
"""S3 servers refuse what is signed 15 minutes off; links for minutes suffer before."""
SMTP_OK = 250
PROBE = "doctor/"
NEVER_EVICTS = ("noeviction", "volatile-ttl", "volatile-lru", "volatile-lfu")
NEARLY_FULL = 0.9


def _redis() -> Redis:
    client = import_string("redis.Redis").from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, protocol=2
    )
    return cast("Redis", client)


def redis() -> CheckOutcome | None:
    """Ask Redis or Valkey whether it is there."""
    if not settings.REDIS_URL:
        return None
    about = _redis().info("server")
    name = about.get("server_name", "redis")
    return ok(f"{name} {about.get(f'{name}_version', about['redis_version'])}")


def redis_memory() -> CheckOutcome | None:
    """Look whether Redis may throw away what must not be lost, or is nearly full."""
    if not settings.REDIS_URL:
        return None
    memory = _redis().info("memory")
    policy, most = memory["maxmemory_policy"], memory["maxmemory"]
    seen = f"{policy}, {memory['used_memory_human']} / {memory['maxmemory_human']}"
    keeps = not most or policy in NEVER_EVICTS
    return expect(
        seen, unless_warn=keeps and (not most or memory["used_memory"] < NEARLY_FULL * most)
    )


def redis_persistence() -> CheckOutcome | None:
    """Look whether Redis refuses writes as it could not save."""
    if not settings.REDIS_URL:
        return None
    about = _redis().info("persistence")
    status = about.get("rdb_last_bgsave_status", "ok")
    aof = about.get("aof_last_write_status", "ok")
    return expect(f"save: {status}, aof: {aof}", unless_fail=status == aof == "ok")


def bucket() -> CheckOutcome | None:
    """Put an object into the bucket, read it and delete it again."""
    storage = bucket_storage()
    if storage is None:
        return None
    content = token_hex().encode()
    name = storage.save(PROBE + token_hex(), ContentFile(content))
    try:
        with storage.open(name) as file:
            is_same = file.read() == content
    finally:
        storage.delete(name)
    return expect(storage.bucket_name, unless_fail=is_same)


def bucket_links() -> CheckOutcome | None:
    """Fetch an object by a signed link, and without a signature, as a browser does."""
    storage = bucket_storage()
    if storage is None:
        return None
    name = storage.save(PROBE + token_hex(), ContentFile(b"holobase"))
    try:
        link = storage.signed_link(
            name, content_type="text/plain", disposition="inline", cache_control="no-store"
        )
        signed, allowed = _fetched(link)
        unsigned, _allowed = _fetched(link.partition("?")[0])
    finally:
        storage.delete(name)
    needs_cors = settings.FILES_REDIRECT and bool(settings.SITE_ORIGIN)
    return expect(
        f"signed {signed}, unsigned {unsigned}, CORS {allowed or '-'}",
        unless_fail=signed == 200 and unsigned != 200,
        unless_warn=not needs_cors or allowed in ("*", settings.SITE_ORIGIN),
    )


def _fetched(link: str) -> tuple[int, str]:
    """Return the status of a GET as a page of the card site makes it, and whom CORS allows."""
    request = Request(link, headers={"Origin": settings.SITE_ORIGIN or "null"})  # noqa: S310 - the bucket's
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the bucket's
            return answer.status, answer.headers.get("Access-Control-Allow-Origin", "")
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers.get("Access-Control-Allow-Origin", "")


def bucket_clock() -> CheckOutcome | None:
    """Compare this machine's clock with that of the S3 server."""
    storage = bucket_storage()
    if storage is None:
        return None
    return compared_clock(storage.endpoint_url or "https://s3.amazonaws.com/")


def compared_clock(address: str) -> CheckOutcome:
    """Compare this machine's clock with the Date header of an HTTP server, which is in seconds."""
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - of the settings
            header = answer.headers.get("Date")
    except HTTPError as refusal:
        with refusal:
            header = refusal.headers.get("Date")
    if not header:
        return warn("Date: -")
    apart = abs((datetime.now(UTC) - parsedate_to_datetime(header)).total_seconds())
    return expect(f"{apart:.0f} s", unless_fail=apart <= TOLERANCE_SECONDS)


def mail() -> CheckOutcome:
    """Connect to the mail server and sign in, without sending anything."""
    if not settings.MAIL_URL:
        return warn(settings.MAIL_PLACE)
    backend: Any = mailers["default"]
    backend.timeout = SECONDS
    try:
        backend.open()
        code, _answer = backend.connection.noop()
        return expect(f"{backend.host}:{backend.port}", unless_fail=code == SMTP_OK)
    finally:
        backend.close()


def mail_encrypted() -> CheckOutcome | None:
    """Look whether passwords and codes go to the mail server in the clear."""
    if not settings.MAIL_URL:
        return None
    parts = urlsplit(settings.MAIL_URL)
    is_safe = parts.scheme != "smtp" or parts.hostname in LOOPBACK
    return expect(f"{parts.scheme}://", unless_warn=is_safe)


def mail_sender() -> CheckOutcome:
    """Look whether mails come from a domain that can receive answers."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = sender.rpartition("@")[2]
    is_public = "." in domain and not domain.endswith((".local", ".localhost", ".example"))
    if not settings.MAIL_URL or is_public:
        return ok(sender)
    return fail(sender)


CHECKS = (
    SetupCheck(
        "redis",
        _("Redis or Valkey"),
        _("Limits, one-time values and live events between processes go by it."),
        _("Start it and look at REDIS_URL, the password in it and the firewall."),
        redis,
    ),
    SetupCheck(
        "redis_memory",
        _("Memory of Redis"),
        _("What allkeys-… throws away may be a sign-in under way or a limit on guessing."),
        _("Set maxmemory-policy volatile-ttl or noeviction, and maxmemory to what is needed."),
        redis_memory,
        "redis",
    ),
    SetupCheck(
        "redis_persistence",
        _("Persistence of Redis"),
        _("While it can't save it refuses every write."),
        _("Make room on its disk, or turn saving off: nothing kept there has to last."),
        redis_persistence,
        "redis",
    ),
    SetupCheck(
        "bucket",
        _("S3 bucket"),
        _("Every file is written to it and read from it."),
        _("Look at S3_ENDPOINT_URL, S3_BUCKET, the keys and their rights to get, put and delete."),
        bucket,
    ),
    SetupCheck(
        "bucket_links",
        _("Links into the bucket"),
        _("Signed links must work for browsers, and nothing must be open without one."),
        _(
            "Set S3_PUBLIC_URL to where browsers reach it, keep the bucket private, and allow"
            " SITE_URL by CORS if FILES_REDIRECT is on."
        ),
        bucket_links,
        "bucket",
    ),
    SetupCheck(
        "bucket_clock",
        _("Clock of the S3 server"),
        _("Signatures made by a clock that differs are refused."),
        _("Synchronise the time of both hosts: timedatectl set-ntp true, or chrony."),
        bucket_clock,
        "bucket",
    ),
    SetupCheck(
        "mail",
        _("Mail server"),
        _("Without it nobody can verify an address or set a new password."),
        _("Set MAIL_URL (smtp+tls://user:password@host:587); look at name, port and password."),
        mail,
    ),
    SetupCheck(
        "mail_encrypted",
        _("Mail by TLS"),
        _("The password of the mailbox and the codes of members could be read on the way."),
        _("Use smtp+tls:// (port 587) or smtps:// (port 465)."),
        mail_encrypted,
    ),
    SetupCheck(
        "mail_sender",
        _("Sender of mails"),
        _("Mail from a domain that does not exist is refused or marked as spam."),
        _("Set MAIL_FROM to an address of your domain, whose SPF and DKIM allow the mail server."),
        mail_sender,
    ),
)
