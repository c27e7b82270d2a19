"""Changes to posts, comments and chat."""
