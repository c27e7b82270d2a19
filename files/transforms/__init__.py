"""Variants of stored pictures: what may be asked for, and how each is made once and kept."""
