"""What schemathesis has to know of our media types; `SCHEMATHESIS_HOOKS` names this module."""

import schemathesis

CHUNK_TYPE = "application/offset+octet-stream"
"""What tus sends (`files.uploads.protocol`), repeated as schemathesis runs without Django."""

schemathesis.serializer.alias(CHUNK_TYPE, "application/octet-stream")
