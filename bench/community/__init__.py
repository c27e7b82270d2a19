"""What the feed and the search of a large community cost, beside a list of cards."""
