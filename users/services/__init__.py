"""Changes to accounts."""
