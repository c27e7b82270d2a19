"""What schemathesis has to know of our media types; `SCHEMATHESIS_HOOKS` names this module."""

import schemathesis

from files.uploads.protocol import CHUNK_TYPE

schemathesis.serializer.alias(CHUNK_TYPE, "application/octet-stream")
