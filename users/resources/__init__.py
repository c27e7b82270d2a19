"""What of members and their accounts is offered to clients."""

from users.resources import accounts, members, relationships

__all__ = ["accounts", "members", "relationships"]
