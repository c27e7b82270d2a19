"""Backups: the whole site in one file, from either database into either.

An archive is a tar file, encrypted with age (https://age-encryption.org/v1) where recipients are
set. It holds `tables/NAME.jsonl.gz` (a JSON array for each row), `files/KEY`, `secrets/NAME` (those
that the site made itself), and last `manifest.json` with the digest of each.
"""
