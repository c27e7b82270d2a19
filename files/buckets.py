"""An S3 bucket as the place of files: made by MinIO's client, used by django-storages."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, override
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cachetools import TTLCache
from django.core.files.storage import FileSystemStorage
from minio import Minio
from minio.error import S3Error
from storages.backends.s3 import S3Storage
from urllib3 import PoolManager, Timeout

from resources.api import storage_full, unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.client import BaseClient
    from django.core.files import File

AMAZON = "https://s3.amazonaws.com"
MADE_MEANWHILE = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")
CONNECT_SECONDS = 1
PATIENT_SECONDS = 60
REST_SECONDS = 1.0
"""Seconds after a failure in which nothing is asked of the server, so that nobody waits for it."""
REPEATED_SECONDS, MOST_LINKS = 120, 4_096
"""For how long the same link is handed out, and how many are remembered."""
NO_ROOM = (507, "InsufficientStorage", "XMinioStorageFull", "QuotaExceeded")


class BucketStorage(S3Storage):
    """Files in a bucket; a server that is away, slow or full is a Problem, 503 or 507.

    What is not in the bucket is looked for in the local folder, from which files may have to be
    moved yet (`./holo files move`).
    """

    rests_until = 0.0
    link_seconds = 300
    """For how long a link into the bucket is good."""

    def __init__(
        self, *, answer_seconds: float, folder: str, public_url: str = "", **options: object
    ) -> None:
        # One try: a second one would double the wait, and connections are checked before use.
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=answer_seconds,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": options["addressing_style"]},
            signature_version=options["signature_version"],
        )
        super().__init__(**options, client_config=config)
        self.folder = FileSystemStorage(folder)
        self.public_url = public_url
        self.links: TTLCache[tuple[str, ...], str] = TTLCache(MOST_LINKS, REPEATED_SECONDS)
        self.links_lock = Lock()

    @override
    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with self._reached():
            try:
                found: File[bytes] = super()._open(name, mode)
            except FileNotFoundError:
                return self.folder.open(name, mode)
            return found

    @override
    def _save(self, name: str, content: object) -> str:
        with self._reached():
            stored: str = super()._save(name, content)
            return stored

    @override
    def delete(self, name: str) -> None:
        with self._reached():
            super().delete(name)
        self.folder.delete(name)

    @override
    def exists(self, name: str) -> bool:
        with self._reached():
            return bool(super().exists(name)) or self.folder.exists(name)

    def read_part(self, name: str, first: int, length: int) -> bytes:
        """Return up to `length` bytes of an object from `first` on, by one ranged GET.

        Raises FileNotFoundError if there is no such object, Problem 503 if the server is away.
        """
        if length <= 0:
            return b""
        part = f"bytes={first}-{first + length - 1}"
        try:
            with self._reached(), _missing_as_such(name):
                client = self.bucket.meta.client
                answer = client.get_object(Bucket=self.bucket_name, Key=name, Range=part)
                content: bytes = answer["Body"].read()
                return content
        except FileNotFoundError:
            with self.folder.open(name) as file:
                file.seek(first)
                left: bytes = file.read(length)
            return left

    def signed_link(
        self, name: str, *, content_type: str, disposition: str, cache_control: str
    ) -> str:
        """Return a link by which anybody may GET an object, good for `link_seconds` at most.

        The same is returned for `REPEATED_SECONDS`, as browsers keep what is behind it by it.
        """
        key = (name, content_type, disposition, cache_control)
        with self.links_lock:
            link = self.links.get(key)
            if link is None:
                link = self.links[key] = self.public_client.generate_presigned_url(
                    "get_object",
                    Params={
                        "Bucket": self.bucket_name,
                        "Key": name,
                        "ResponseContentType": content_type,
                        "ResponseContentDisposition": disposition,
                        "ResponseCacheControl": cache_control,
                    },
                    ExpiresIn=self.link_seconds,
                )
        return link

    @cached_property
    def public_client(self) -> BaseClient:
        """The client that signs links for others, who may know the server by another address."""
        return self._client(self.public_url or self.endpoint_url, self.client_config)

    @cached_property
    def patient_client(self) -> BaseClient:
        """The client for long work that nobody waits for: it waits, and tries again."""
        patient = Config(read_timeout=PATIENT_SECONDS, retries={"total_max_attempts": 5})
        return self._client(self.endpoint_url, self.client_config.merge(patient))

    def _client(self, url: str | None, config: Config) -> BaseClient:
        session = self._create_session()
        return session.client("s3", endpoint_url=url, region_name=self.region_name, config=config)

    def call(self, operation: str, **arguments: object) -> Any:
        """Ask the bucket for what may take longer than a request of a file usually does.

        Raises Problem 503 or 507 as everything here, ClientError for what the server refuses.
        """
        with self._reached():
            return getattr(self.patient_client, operation)(Bucket=self.bucket_name, **arguments)

    def is_there(self) -> bool:
        """Return whether the bucket answers."""
        self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
        return True

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Use the server; raises Problem 503 or 507, or FileNotFoundError as django-storages."""
        if monotonic() < self.rests_until:
            raise unavailable()
        try:
            yield
        except ClientError as error:
            metadata = error.response.get("ResponseMetadata", {})
            status, code = metadata.get("HTTPStatusCode", 0), error.response["Error"].get("Code")
            if status in NO_ROOM or code in NO_ROOM:
                raise storage_full() from error
            if status < 500:
                raise
            raise unavailable() from error
        except BotoCoreError as error:
            self.rests_until = monotonic() + REST_SECONDS
            raise unavailable() from error


@contextmanager
def _missing_as_such(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise FileNotFoundError(name) from error
        raise


class Bucket:
    """The bucket that a storage keeps files in, to be made."""

    def __init__(self, storage: BucketStorage) -> None:
        self.name = storage.bucket_name
        address = urlsplit(storage.endpoint_url or AMAZON)
        self.client = Minio(
            address.netloc,
            access_key=storage.access_key,
            secret_key=storage.secret_key,
            region=storage.region_name,
            secure=address.scheme == "https",
            http_client=PoolManager(timeout=Timeout(connect=2, read=10), retries=False),
        )

    def exists(self) -> bool:
        """Return whether it is there."""
        return self.client.bucket_exists(self.name)

    def make(self) -> None:
        """Make it; another process may have made it in the meantime."""
        try:
            self.client.make_bucket(self.name)
        except S3Error as error:
            if error.code not in MADE_MEANWHILE:
                raise
