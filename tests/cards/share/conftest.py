"""A storage of its own for every test."""

from tests.files.conftest import storage

__all__ = ["storage"]
