"""Rules that several of the resources share."""

from resources.api import has_role, own, where

AUTHOR = own("author")
MODERATORS = has_role("moderator", "admin")
SHOWN = where(is_hidden=False)
