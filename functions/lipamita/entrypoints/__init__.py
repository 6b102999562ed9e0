"""HTTP and events in, responses out; nothing is decided here."""
