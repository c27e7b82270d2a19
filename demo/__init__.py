"""A believable community to try the product with."""
