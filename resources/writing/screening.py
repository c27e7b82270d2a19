"""Screening: what members write is looked at before it is committed, and may be refused or hidden.

The engine knows which texts others will see, by what resources declare as `screened`. What is to be
thought of them is the product's to say: it registers one `Screen` by `screen_by`. A write is looked
at once its service is done, whatever rows it wrote, by whichever verb or action.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from resources import changes, registry
from resources.actors import ANONYMOUS
from resources.errors import Problem
from resources.models import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from uuid import UUID

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.models import Change, Record


@dataclass(frozen=True, slots=True)
class ShownText:
    """What others will read of a row once a write is committed: its screened texts by column.

    `is_new` says that they could not see the row before.
    """

    resource: Resource
    row: Record
    actor: Actor
    texts: Mapping[str, str]
    is_new: bool


class Screen(Protocol):
    """What the product thinks of texts."""

    def concerns(self, actor: Actor) -> bool:
        """Return whether anything that this actor writes has to be looked at; asked each time."""

    def look(self, shown: ShownText) -> None:
        """Look at a text, in the transaction of the write; raises Problem to refuse it.

        Whatever it writes is committed with the text. A refusal's `aftermath` writes the rest.
        """


_screens: list[Screen] = []


def screen_by(screen: Screen) -> None:
    """Have a screen look at what members write."""
    _screens.append(screen)


def screened(actor: Actor) -> AbstractContextManager[None]:
    """Have what is written meanwhile looked at; raises Problem as the screen does."""
    concerned = [screen for screen in _screens if screen.concerns(actor)]
    return _looked_at(actor, concerned) if concerned else nullcontext()


@contextmanager
def _looked_at(actor: Actor, concerned: Sequence[Screen]) -> Iterator[None]:
    with changes.recorded() as written:
        yield
    for shown in _shown(written, actor):
        for screen in concerned:
            screen.look(shown)


def screen_new_row(row: Record, actor: Actor) -> None:
    """Have a row looked at that no verb of a resource has written, such as a new account.

    Call it in the transaction of the write; raises Problem as the screen does.
    """
    resource = registry.resource_of(type(row))
    texts = texts_of(resource, row)
    for screen in _screens:
        if texts and screen.concerns(actor):
            screen.look(ShownText(resource, row, actor, texts, is_new=True))


def with_aftermath[Result](work: Callable[[], Result]) -> Result:
    """Run a whole write; if it is refused, write what its refusal has to leave behind."""
    try:
        return work()
    except Problem as problem:
        if problem.aftermath:
            problem.aftermath()
        raise


def _shown(written: changes.Written, actor: Actor) -> Iterator[ShownText]:
    """Yield the texts that others see only now, once for each row however often it was written."""
    rows: dict[UUID, list[tuple[Record, Change]]] = {}
    for row, change in written:
        rows.setdefault(row.pk, []).append((row, change))
    for each in rows.values():
        row, last = each[-1]
        resource = registry.resource_of(type(row))
        if last.action == Action.DELETE or not _may_show(resource, each):
            continue
        texts = texts_of(resource, row)
        before = _texts_before(resource, each)
        if texts and texts != before:
            yield ShownText(resource, row, actor, texts, is_new=not before)


def _may_show(resource: Resource, written: changes.Written) -> bool:
    """Return whether writes touch what is read of the row, or who reads it."""
    columns = {*resource.screened, *resource.screened_where.columns(resource.model)}
    return bool(resource.screened) and any(columns & change.after.keys() for _, change in written)


def _texts_before(resource: Resource, written: changes.Written) -> Mapping[str, str]:
    """Return what others could read of a row before it was written; nothing of a new one."""
    if written[0][1].action == Action.CREATE:
        return {}
    before = copy(written[-1][0])
    for _row, change in reversed(written):
        vars(before).update(change.before)
    return texts_of(resource, before)


def texts_of(resource: Resource, row: Record) -> Mapping[str, str]:
    """Return the screened texts of a row by column, nothing if others don't see it."""
    if not resource.screened_where.permits(ANONYMOUS, row):
        return {}
    texts = {name: _text(getattr(row, name)) for name in resource.screened}
    return {name: text for name, text in texts.items() if text}


def _text(value: object) -> str:
    """Return the text in a value: what it is, or what a document is made of, line by line."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _text(list(value.values()))
    if isinstance(value, list):
        return "\n".join(text for text in map(_text, value) if text)
    return ""
