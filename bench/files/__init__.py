"""Pictures measured: variants beside PocketBase's, a page in a browser, writes beside uploads."""
