"""Queries: what they mean, which index they need, and how they run."""
