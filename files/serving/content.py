"""What is to be sent: stored bytes and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Content:
    """Stored bytes with all that an answer tells about them.

    `key` is their name in the storage, `tag` the strong entity tag with its quotes, `name` what
    the client calls the file if it keeps it. `is_download` asks browsers to keep it. `vary` names
    the request headers that the choice of these bytes depended on, `cache_tag` the file to shared
    caches.
    """

    key: str
    size: int
    content_type: str
    tag: str
    modified_at: datetime
    name: str
    cache_control: str
    is_download: bool = False
    vary: str = ""
    cache_tag: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer about these bytes, 304 included."""
        kind = "attachment" if self.is_download else "inline"
        headers = {
            "Content-Disposition": f'{kind}; filename="{self.name}"',
            "Cache-Control": self.cache_control,
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        told = {
            "Vary": self.vary,
            "Surrogate-Key": self.cache_tag,
            "Cache-Tag": self.cache_tag,
        }
        return headers | {name: value for name, value in told.items() if value}
