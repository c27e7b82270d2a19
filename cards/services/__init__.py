"""Changes to cards and likes."""
