"""A laboratory: the whole system as real processes on this machine, and hands to use it with.

The demo and the journeys run on it: emulators, functions, simulator and virtual meters are started
as their users start them, and are spoken to over their public edges only.
"""
