"""What changes webhooks, and what tells them."""
