"""Answers requests for stored bytes: conditions, ranges, and the sending itself."""
