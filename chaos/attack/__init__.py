"""Strangers who try what costs most, while one member goes on."""
