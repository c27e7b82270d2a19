"""Who may see what, said a second time in plain Python about single rows.

Nothing here is taken from the rules: where both say the same, both are probably right.
"""
