"""Signing in by an account elsewhere: OAuth 2.0 and OpenID Connect, towards providers and apps.

Two legs of the authorization code flow meet here. Towards a *provider* (Google, …) we are the
client, and social-core speaks for us. Towards an *app* (the card site, a mobile app) we are the
server: it gets a code of ours, which it trades for tokens.
"""
