"""The REST protocol: requests parsed, answered, and streamed as server-sent events."""
