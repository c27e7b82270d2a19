"""JSON documents: validated on the way in, built by the database on the way out."""
