"""Programs for people who develop, show and operate lipamita. Never deployed."""
