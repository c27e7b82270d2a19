"""Signing in by accounts elsewhere, against a real OpenID Connect provider."""
