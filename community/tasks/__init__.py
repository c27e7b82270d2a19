"""Background work of the community."""
