"""Cloud Functions for Python, locally: main.py in one child process behind the official URLs."""
