"""Partners that are killed, refuse connections or hang, and what clients get meanwhile."""
