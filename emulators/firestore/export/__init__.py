"""Import and export: a folder of JSON lines."""
