"""What follows the log for art that is somebody else's."""

from community.services.duplicate_art import open_duplicate_art_cases
from resources.api import LogConsumer, consume

consume(LogConsumer("duplicate-art", frozenset({"cards"}), open_duplicate_art_cases))
