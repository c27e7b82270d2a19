"""Difficult pictures, made when they are asked for."""
