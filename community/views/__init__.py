"""What the community answers beyond its resources."""
