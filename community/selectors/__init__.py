"""Reads across the models of the community and of the apps below it."""
