"""``lipamita``: what operators and administrators do from a command line."""
