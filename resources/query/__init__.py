"""From text to plan: query strings and filters become checked trees, and those compiled SQL."""
