"""Rooms: who is in them, who may enter, and how processes share them."""
