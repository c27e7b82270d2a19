"""The one read path: query text to compiled SQL to finished JSON."""
