"""Short forms of the commands in `chaos`."""
