"""Running compiled plans: inline or in a thread, prepared, and cached until a source changes."""
