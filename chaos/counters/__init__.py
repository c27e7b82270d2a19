"""`./holo faults counters`: many like, follow, review and look at the same few things at once."""
