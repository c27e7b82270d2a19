"""Who may fetch a file: whoever may see a row that shows it, and whoever has a signed address."""
