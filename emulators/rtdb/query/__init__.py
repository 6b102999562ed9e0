"""Queries: what a client asks for, parsed from REST or the wire, and the window it selects."""
