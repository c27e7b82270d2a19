"""Who may fetch a file: whoever may see a row that shows it.

Which rows those are, and by which rules, is found in the registry alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from files.models import File
from files.unused import is_unused
from resources.api import ANONYMOUS, is_shown

if TYPE_CHECKING:
    from resources.api import Actor

RESOURCE = "files"
"""What a key must go as far as to fetch files that no record shows."""


def may_fetch(file: File, actor: Actor) -> bool:
    """Return whether the actor may see a row that shows the file; one without any is its owner's.

    An actor with a key sees no more than the key does.
    """
    return is_shown(File, actor, file.pk) or _is_own(file, actor)


def may_anyone_fetch(file: File) -> bool:
    """Return whether anyone may see a row that shows the file, signed in or not."""
    return is_shown(File, ANONYMOUS, file.pk)


def is_left(file: File) -> bool:
    """Return whether no record shows the file, or none does any more: it is on its way out."""
    return file.unused_since is not None and is_unused(file.pk)


def _is_own(file: File, actor: Actor) -> bool:
    is_owner = actor.is_known and actor.id == file.owner_id and actor.has_scope(RESOURCE, "read")
    return is_owner and is_unused(file.pk)
