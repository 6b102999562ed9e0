"""Function triggers: registrations, the events a commit causes, and their delivery."""
