"""Members whose rows other threads see, for what is heard live."""

from tests.realtime.conftest import dana, eve

__all__ = ["dana", "eve"]
