"""Numbers of variants for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter

VARIANTS_MADE = Counter("holobase_variants_made", "Variants of pictures rendered by this process")
