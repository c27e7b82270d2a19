"""Where data lives: embedded by default, on PostgreSQL, Redis and S3 when variables say so."""

import re
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import NotRequired, TypedDict
from urllib.parse import unquote, urlsplit

from django.utils.module_loading import import_string

from config import cores, env, formats

REDIS_DATABASE = re.compile(r"/?|/[0-9]{1,4}")
SQLITE_START = (
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA cache_size = -65536;"
    "PRAGMA mmap_size = 134217728;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA wal_autocheckpoint = 8000;"
)
LOCK_SECONDS = 10
"""How long a write waits for another process's before it is refused as `busy`."""


class BackendSettings(TypedDict):
    """What Django is told of a cache or a storage."""

    BACKEND: str
    LOCATION: NotRequired[str]
    OPTIONS: NotRequired[Mapping[str, object]]


def database(data_dir: Path) -> dict[str, object]:
    """Describe the database that DATABASE_URL names, else SQLite in the data folder."""
    url = env.url("DATABASE_URL", schemes=("postgresql", "postgres"))
    most = env.integer("DATABASE_POOL", 16, minimum=1, maximum=1000)
    if url:
        # Its driver takes a while to load, which embedded installations are spared.
        describe: Callable[[str, int], dict[str, object]]
        describe = import_string("config.postgresql_settings.database")
        return describe(url, most)
    return {
        "ENGINE": "server.sqlite",
        "NAME": str(data_dir / "holobase.db"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_SECONDS,
            "init_command": SQLITE_START,
        },
        "TEST": {"NAME": str(data_dir / "test.db")},
    }


def redis_url() -> str:
    """Return the address of Redis or Valkey, if there is one; raises VariableProblem."""
    url = env.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
    parts = urlsplit(url)
    if parts.scheme != "unix" and not REDIS_DATABASE.fullmatch(parts.path):
        raise env.VariableProblem("REDIS_URL", "expected a number of a database: …@host:6379/0")
    return url


def caches(url: str, file: str) -> Mapping[str, Mapping[str, object]]:
    """Describe the caches: limits and one-time values apart from viewers, who are many."""
    viewers = {"LOCATION": "viewers", **cache(url, file), "KEY_PREFIX": "viewers"}
    return {"default": cache(url, file), "viewers": viewers}


def serving_processes() -> int:
    """Return how many processes serve: `auto`, unless told otherwise, is one for each core.

    Raises VariableProblem.
    """
    if env.text(env.PROCESSES_VARIABLE, env.AUTO) == env.AUTO:
        return min(cores.usable_cores(), env.MOST_PROCESSES)
    return env.integer(env.PROCESSES_VARIABLE, 1, minimum=1, maximum=env.MOST_PROCESSES)


def local_cache(data_dir: Path, port: int, processes: int) -> str:
    """Return the file of the cache of several processes; servers that share a folder have ports."""
    return str(data_dir / f"shared-cache-{port}.db") if processes > 1 else ""


def cache(url: str, file: str) -> BackendSettings:
    """Describe one cache: Redis or Valkey, else the file of several processes, or own memory."""
    # Limits and one-time challenges are kept here: strangers must not be able to crowd them out.
    room = {"MAX_ENTRIES": 200_000}
    if url:
        return {"BACKEND": "server.shared_cache.SharedCache", "LOCATION": url, "OPTIONS": room}
    if file:
        return {"BACKEND": "server.local_cache.LocalCache", "LOCATION": file, "OPTIONS": room}
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": room}


def channel_layer(url: str, processes: int) -> dict[str, object]:
    """Describe the doorbell between processes: Redis pub/sub, else sockets, or in-process."""
    if url:
        return {"BACKEND": "server.shared_layer.SharedLayer", "CONFIG": {"address": url}}
    if processes > 1:
        return {"BACKEND": "server.local_layer.LocalLayer"}
    return {"BACKEND": "channels.layers.InMemoryChannelLayer"}


def storages(data_dir: Path) -> dict[str, BackendSettings]:
    """Describe file storage: an S3 bucket when `S3_BUCKET` is set, else a local folder."""
    static: BackendSettings = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    bucket = env.text("S3_BUCKET", form=formats.BUCKET)
    endpoint = env.url("S3_ENDPOINT_URL", schemes=("https", "http"))
    public = env.url("S3_PUBLIC_URL", schemes=("https", "http"))
    region = env.text("S3_REGION", "us-east-1", form=formats.REGION)
    access_key, secret_key = env.secret("S3_ACCESS_KEY"), env.secret("S3_SECRET_KEY")
    env.require(
        "S3_SECRET_KEY" if access_key else "S3_ACCESS_KEY",
        "is not set, but S3_ACCESS_KEY and S3_SECRET_KEY go together",
        unless=bool(access_key) == bool(secret_key),
    )
    default: BackendSettings
    if not bucket:
        local = {"location": str(data_dir / "files"), "base_url": None}
        default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": local}
        return {"default": default, "staticfiles": static}
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "public_url": public,
        "folder": str(data_dir / "files"),
        "access_key": access_key,
        "secret_key": secret_key,
        "region_name": region,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "file_overwrite": False,
        "answer_seconds": env.integer("S3_ANSWER_SECONDS", 2, minimum=1),
    }
    default = {"BACKEND": "files.buckets.BucketStorage", "OPTIONS": options}
    return {"default": default, "staticfiles": static}


def mailer(address: str, data_dir: Path) -> dict[str, object]:
    """Describe where mail goes: `smtp[s]://user:password@host:port`, else a folder of files.

    `smtps` speaks TLS from the start, `smtp+tls` after STARTTLS.
    """
    if not address:
        folder = {"file_path": str(data_dir / "mail")}
        return {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": folder}
    parts = urlsplit(address)
    options = {
        "host": parts.hostname,
        "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }
    return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}


def logging(level: str) -> dict[str, object]:
    """Describe logging: one JSON object per line on standard output."""
    quiet = {"handlers": ["lines"], "level": "WARNING", "propagate": False}
    # What a request came to is in its own line; here only crashes are news.
    crashes = {"handlers": ["lines"], "level": "ERROR", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "server.logs.JsonLines"}},
        "handlers": {
            "lines": {
                "class": "server.logs.GatheredLines",
                "formatter": "json",
                "stream": "ext://sys.stdout",
            }
        },
        "root": {"handlers": ["lines"], "level": level},
        "loggers": dict.fromkeys(
            ("django", "boto3", "botocore", "urllib3", "PIL", "asyncio"), quiet
        )
        | {"django.request": crashes},
    }


def push_service(mail_from: str) -> tuple[str, str]:
    """Return the private key that push services know this server by, if one is set, and a contact.

    Raises VariableProblem for a key or a contact of another form.
    """
    key = env.secret("VAPID_PRIVATE_KEY")
    if key and not formats.VAPID_KEY.fits(key):
        raise env.VariableProblem("VAPID_PRIVATE_KEY", f"expected {formats.VAPID_KEY.expected}")
    sender = f"mailto:{parseaddr(mail_from)[1]}"
    return key, env.text("VAPID_SUBJECT", sender, form=formats.CONTACT)
