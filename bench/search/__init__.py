"""What a search costs, beside another build's."""
