"""The frame types of the realtime protocol: one table for dispatch, limits and AsyncAPI.

A new frame type is a row and a test: in `control` or `rooms` with its handler if clients send it,
in `sent` if the server does. This module puts the rows together. `./holo asyncapi --file
docs/asyncapi.yaml` then writes the document anew.
"""

from realtime.frames.control import CONTROL_FRAMES
from realtime.frames.rooms import ROOM_FRAMES
from realtime.frames.sent import SENT_FRAMES

RECEIVED_FRAMES = {frame.name: frame for frame in (*CONTROL_FRAMES, *ROOM_FRAMES)}

__all__ = ["RECEIVED_FRAMES", "SENT_FRAMES"]
