"""Numbers of stored files for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter

sent_bytes = Counter(
    "holobase_files_sent_bytes", "Bytes of stored files given to clients", ["source"]
)
SENT_FROM_STORAGE = sent_bytes.labels(source="storage")
