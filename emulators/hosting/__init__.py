"""Firebase Hosting, locally: static files, redirects, headers and rewrites to functions."""
