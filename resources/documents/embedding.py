"""Models that appear inside other records as a small document rather than as an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model


class AddressStarts(NamedTuple):
    """What the addresses in a document start with, for the eyes of anyone or of some.

    `marked` is completed once the document is read (`resources.documents.completion`).
    """

    plain: str
    marked: str


class Embedding(NamedTuple):
    """How a model is embedded: `members` makes its document of what its addresses start with.

    `schemas` describes each member (JSON Schema).
    """

    members: Callable[[str], Mapping[str, object]]
    address_starts: Callable[[], AddressStarts]
    schemas: Mapping[str, Mapping[str, object]]

    @property
    def schema(self) -> dict[str, object]:
        """Describe the document."""
        members = {name: dict(schema) for name, schema in self.schemas.items()}
        return {"type": "object", "required": list(members), "properties": members}


_embeddings: dict[type[Model], Embedding] = {}


def embed(
    model: type[Model],
    members: Callable[[str], Mapping[str, object]],
    address_starts: Callable[[], AddressStarts],
    schemas: Mapping[str, Mapping[str, object]],
) -> None:
    """Let relations to `model` be answered as a document of these expressions.

    Addresses in it start with `plain` wherever anyone may see the record that points here.
    """
    _embeddings[model] = Embedding(members, address_starts, schemas)


def embedding_of(model: type[Model] | None) -> Embedding | None:
    """Return how a model is embedded, or None for models that appear as an id."""
    return None if model is None else _embeddings.get(model)
