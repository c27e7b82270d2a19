"""REST derived from declarations: views, addresses, sign-in, limits and documentation."""
