"""One file a provider, which sets `PROVIDER`; the file's name is the provider's.

Adding one takes its file, its line in `docs/social-login.md` and its test.
"""
