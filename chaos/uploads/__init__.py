"""Uploads by clients of others' while connections are cut and the server is killed."""
