"""Numbers of stored files for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter

sent_bytes = Counter(
    "holobase_files_sent_bytes", "Bytes of stored files given to clients", ["source"]
)
SENT_FROM_STORAGE = sent_bytes.labels(source="storage")
SENT_FROM_MEMORY = sent_bytes.labels(source="memory")
cached = Counter(
    "holobase_files_cache",
    "Requests for files that were, or were not, answered from memory",
    ["kind"],
)
CACHE_HITS, CACHE_MISSES = cached.labels(kind="hit"), cached.labels(kind="miss")
