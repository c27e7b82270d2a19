"""Where data lives: embedded by default, on PostgreSQL, Redis and S3 when variables say so."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config import env

SQLITE_START = (
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA busy_timeout = 10000;"
    "PRAGMA cache_size = -65536;"
    "PRAGMA mmap_size = 268435456;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA wal_autocheckpoint = 8000;"
)


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Describe the database: PostgreSQL for `postgresql://…`, else SQLite in the data folder."""
    if url:
        return _postgresql(url)
    return {
        "ENGINE": "config.sqlite",
        "NAME": str(data_dir / "holobase.db"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": SQLITE_START},
        "TEST": {"NAME": str(data_dir / "test.db")},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    pool = {"min_size": 1, "max_size": env.integer("DATABASE_POOL", 16, minimum=1), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or 5432,
        "OPTIONS": {"pool": pool, "prepare_threshold": 2, **dict(parse_qsl(parts.query))},
    }


def cache(url: str) -> dict[str, Any]:
    """Describe the cache: Redis or Valkey, else the process's own memory."""
    if url:
        return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": url}
    # Limits and one-time challenges are kept here: strangers must not be able to crowd them out.
    room = {"MAX_ENTRIES": 200_000}
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": room}


def channel_layer(url: str) -> dict[str, Any]:
    """Describe the doorbell between processes: Redis pub/sub, else in-process."""
    if url:
        backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
        return {"BACKEND": backend, "CONFIG": {"hosts": [url]}}
    return {"BACKEND": "channels.layers.InMemoryChannelLayer"}


def storages(data_dir: Path) -> dict[str, Any]:
    """Describe file storage: an S3 bucket when `S3_BUCKET` is set, else a local folder."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    bucket = env.text("S3_BUCKET")
    if not bucket:
        local = {"location": str(data_dir / "files"), "base_url": None}
        default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": local}
        return {"default": default, "staticfiles": static}
    options = {
        "bucket_name": bucket,
        "endpoint_url": env.url("S3_ENDPOINT_URL") or None,
        "access_key": env.secret("S3_ACCESS_KEY"),
        "secret_key": env.secret("S3_SECRET_KEY"),
        "region_name": env.text("S3_REGION", "us-east-1"),
        "addressing_style": "path",
        "signature_version": "s3v4",
        "file_overwrite": False,
    }
    default = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    return {"default": default, "staticfiles": static}


def mailer(address: str, data_dir: Path) -> dict[str, Any]:
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


def logging(level: str) -> dict[str, Any]:
    """Describe logging: one JSON object per line on standard output."""
    quiet = {"handlers": ["lines"], "level": "WARNING", "propagate": False}
    # What a request came to is in its own line; here only crashes are news.
    crashes = {"handlers": ["lines"], "level": "ERROR", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "config.logs.JsonLines"}},
        "handlers": {
            "lines": {
                "class": "config.logs.GatheredLines",
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
