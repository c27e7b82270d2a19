"""Who hears what: rules over rows, audiences, and rows as they were before a change."""
