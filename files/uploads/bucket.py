"""Uploads wait in the bucket: as parts of a multipart upload, and what fills no part as an object.

A part is numbered by the database before it is sent, under the claim: of two processes that send at
once only the one with the claim gets its part into the list that makes the file.
"""

from __future__ import annotations

import os
from contextlib import closing, suppress
from io import BufferedReader
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast, override

from botocore.exceptions import ClientError

from files.models import UploadPart
from files.random_access import RandomAccessFile
from files.uploads.claims import acknowledge_parts, require_claimed, update
from resources.api import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from files.buckets import BucketStorage
    from files.models import Upload
    from resources.api import JsonObject

FOLDER = "uploads"
PART_BYTES = 8 * 1024 * 1024
"""Every part but the last needs 5 MiB; 10,000 parts are the most."""
MOST_PARTS = 9_000
CHUNK = 1024 * 1024
ADDRESS_SECONDS = 60 * 60
LARGEST_COPY = 1024 * 1024 * 1024
"""What is copied in one piece; S3 takes 5 GiB, and answers nothing until it has done so."""


class BucketStaging:
    """The folder `uploads` of a bucket."""

    def __init__(self, storage: BucketStorage) -> None:
        self.storage = storage
        self.bucket: str = storage.bucket_name
        self.call = storage.call

    def writer(self, upload: Upload) -> BucketWriter:
        """Return what takes the next bytes of a claimed upload."""
        return BucketWriter(self, upload)

    def assemble(self, upload: Upload) -> None:
        """Make one object of the parts; the rest becomes the last of them."""
        if not upload.multipart_id or self.size(data_key(upload)) == upload.length:
            return
        parts = list(upload.parts.order_by("number"))
        if upload.tail:
            with self._downloaded(upload.tail) as rest:
                parts.append(self.send_part(upload, rest))
        self.complete(upload, parts)

    def complete(self, upload: Upload, parts: list[UploadPart]) -> None:
        """Make one object of parts in the bucket; raises ClientError if they don't fit."""
        listed = [{"PartNumber": part.number, "ETag": part.tag} for part in parts]
        self.call(
            "complete_multipart_upload",
            Key=data_key(upload),
            UploadId=upload.multipart_id,
            MultipartUpload={"Parts": listed},
        )

    def open(self, upload: Upload) -> BinaryIO:
        """Return the object as a file, of which a few megabytes are in memory at once."""
        content = BucketObject(self, object_key(upload), upload.length or 0)
        return cast("BinaryIO", BufferedReader(content, PART_BYTES))

    def chunks(self, upload: Upload) -> Iterator[bytes]:
        """Yield the object's bytes as they come."""
        with closing(self.call("get_object", Key=object_key(upload))["Body"]) as body:
            yield from body.iter_chunks(CHUNK)

    def save(self, upload: Upload, key: str) -> None:
        """Copy the object within the bucket."""
        size = upload.length or 0
        source = {"Bucket": self.bucket, "Key": object_key(upload)}
        if size <= LARGEST_COPY:
            self.call("copy_object", Key=key, CopySource=source)
        else:
            self._copy_in_parts(source, key, size)

    def discard(self, upload: Upload) -> None:
        """Delete parts and objects, those, too, that nothing remembers after a crash."""
        if upload.multipart_id:
            # Once it is complete there is none.
            with suppress(ClientError):
                self.call(
                    "abort_multipart_upload", Key=data_key(upload), UploadId=upload.multipart_id
                )
        listed = self.call("list_objects_v2", Prefix=f"{FOLDER}/{upload.pk.hex}/")
        for each in listed.get("Contents", ()):
            self.call("delete_object", Key=each["Key"])

    def begin(self, upload: Upload) -> None:
        """Have the bucket expect parts, and remember what it calls that."""
        begun = self.call("create_multipart_upload", Key=data_key(upload))
        update(upload, multipart_id=begun["UploadId"])

    def send_part(self, upload: Upload, content: BinaryIO) -> UploadPart:
        """Send a part, which counts once it is acknowledged; raises Problem 423."""
        number = upload.next_part
        update(upload, next_part=number + 1)
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        sent = self.call(
            "upload_part",
            Key=data_key(upload),
            UploadId=upload.multipart_id,
            PartNumber=number,
            Body=content,
        )
        return UploadPart(upload=upload, number=number, tag=sent["ETag"], size=size)

    def part_address(self, upload: Upload, number: int) -> str:
        """Return where anybody may PUT a part within the next hour (signature version 4)."""
        address: str = self.storage.public_client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self.bucket,
                "Key": data_key(upload),
                "UploadId": upload.multipart_id,
                "PartNumber": number,
            },
            ExpiresIn=ADDRESS_SECONDS,
        )
        return address

    def listed_parts(self, upload: Upload) -> Sequence[UploadPart]:
        """Return the parts that have come, the latest last; a number may be there twice."""
        found: list[JsonObject] = []
        marker: dict[str, object] = {}
        while True:
            page = self.call(
                "list_parts", Key=data_key(upload), UploadId=upload.multipart_id, **marker
            )
            found += page.get("Parts", ())
            if not page.get("IsTruncated"):
                break
            marker = {"PartNumberMarker": page["NextPartNumberMarker"]}
        found.sort(key=lambda part: part["LastModified"])
        return [
            UploadPart(
                upload=upload, number=part["PartNumber"], tag=part["ETag"], size=part["Size"]
            )
            for part in found
        ]

    def fill(self, file: BinaryIO, key: str) -> None:
        """Write an object into a file."""
        with closing(self.call("get_object", Key=key)["Body"]) as body:
            file.writelines(body.iter_chunks(CHUNK))

    def size(self, key: str) -> int | None:
        """Return how large an object is, None if there is none."""
        try:
            return int(self.call("head_object", Key=key)["ContentLength"])
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise

    def _downloaded(self, key: str) -> BinaryIO:
        file = _spool()
        self.fill(file, key)
        file.seek(0)
        return file

    def _copy_in_parts(self, source: dict[str, str], key: str, size: int) -> None:
        begun = self.call("create_multipart_upload", Key=key)["UploadId"]
        parts = []
        for number, first in enumerate(range(0, size, LARGEST_COPY), 1):
            copied = self.call(
                "upload_part_copy",
                Key=key,
                UploadId=begun,
                PartNumber=number,
                CopySource=source,
                CopySourceRange=f"bytes={first}-{min(first + LARGEST_COPY, size) - 1}",
            )
            parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
        self.call(
            "complete_multipart_upload", Key=key, UploadId=begun, MultipartUpload={"Parts": parts}
        )


class BucketObject(RandomAccessFile):
    """An object as a file, read by ranged GETs."""

    def __init__(self, place: BucketStaging, key: str, size: int) -> None:
        super().__init__(size)
        self.place = place
        self.key = key

    @override
    def read_at(self, position: int, size: int) -> bytes:
        part = f"bytes={position}-{position + size - 1}"
        with closing(self.place.call("get_object", Key=self.key, Range=part)["Body"]) as body:
            content: bytes = body.read()
        return content


class BucketWriter:
    """Gathers bytes in a temporary file and sends each full part of it."""

    def __init__(self, place: BucketStaging, upload: Upload) -> None:
        self.place = place
        self.upload = upload
        self.offset = upload.offset
        self.part_bytes = max(PART_BYTES, -(-(upload.length or 0) // MOST_PARTS))
        self.parts: list[UploadPart] = []
        self.rest = _spool()
        self.unread_tail = upload.tail

    def write(self, piece: bytes) -> None:
        """Take a piece, and send the part that it fills; raises Problem 423 and 503."""
        if self.unread_tail:
            self.place.fill(self.rest, self.unread_tail)
            self.unread_tail = ""
        self.rest.write(piece)
        self.offset += len(piece)
        if self.rest.tell() >= self.part_bytes:
            self._send_part()

    def acknowledge(self, *, is_last: bool) -> None:
        """Count the parts that were sent, and what fills no part, too, if this is the last time."""
        if self.offset == self.upload.offset:
            return
        former, rest = self.upload.tail, self.rest.tell()
        tail = self._put_tail() if is_last and rest else ""
        if not tail and not self.parts:
            return
        try:
            counted = self.offset if is_last else self.offset - rest
            acknowledge_parts(self.upload, counted, self.parts, tail=tail)
        except Problem:
            self._delete(tail)
            raise
        self.parts = []
        self._delete(former)

    def close(self) -> None:
        """Drop what fills no part."""
        self.rest.close()

    def _send_part(self) -> None:
        if not self.upload.multipart_id:
            self.place.begin(self.upload)
        self.parts.append(self.place.send_part(self.upload, self.rest))
        self.rest.seek(0)
        self.rest.truncate()

    def _put_tail(self) -> str:
        """Store what fills no part under a name that no other claim uses."""
        require_claimed(self.upload)
        key = f"{FOLDER}/{self.upload.pk.hex}/{self.upload.claim}-{self.offset}"
        self.rest.seek(0)
        self.place.call("put_object", Key=key, Body=self.rest)
        self.rest.seek(0, os.SEEK_END)
        return key

    def _delete(self, tail: str) -> None:
        if tail:
            self.place.call("delete_object", Key=tail)


def _spool() -> BinaryIO:
    """Return an empty temporary file, for whoever asks to close."""
    return cast("BinaryIO", TemporaryFile())


def data_key(upload: Upload) -> str:
    """Return the key that the parts of an upload are for."""
    return f"{FOLDER}/{upload.pk.hex}/data"


def object_key(upload: Upload) -> str:
    """Return the key of an assembled upload: a small one never had parts."""
    return data_key(upload) if upload.multipart_id else upload.tail
