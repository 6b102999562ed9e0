"""Values, paths, documents, writes and their store: no socket, no clock."""
