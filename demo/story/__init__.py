"""A scripted story of eight members and two moderators, told by requests to the API alone.

The demo community is told it inside of the process, the tests over HTTP to a running server.
"""
