"""Pictures on pages of the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html

from files.access.signatures import signed_address

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from files.models import File


def shown_picture(file: File, width: int) -> SafeString:
    """Return a picture as HTML, `width` pixels wide."""
    # The theme's `max-width: 100%` would leave nothing of it in a narrow table.
    style = f"width:{width}px;max-width:none;border-radius:{max(4, width // 20)}px"
    address = signed_address(file.key)
    return format_html('<img src="{}" alt="" loading="lazy" style="{}">', address, style)
