"""What came of uploads in this process since it started, and how many bytes came in pieces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class UploadCounters:
    """Plain integers, so that counting costs nothing."""

    received_bytes: int = 0
    begun: int = 0
    finished: int = 0
    refused: int = 0
    ended: int = 0
    expired: int = 0


counters = UploadCounters()
