"""Firebase Authentication, locally: accounts, tokens and the REST calls that clients make."""
