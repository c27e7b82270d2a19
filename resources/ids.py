"""Time-ordered record ids."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Make a version 7 UUID (RFC 9562): ids made later sort later, so pages by id are by age."""
    return uuid7()
