"""What the system does, one verb to a module, over ports."""
