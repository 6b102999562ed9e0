"""A simulator of Safaricom's Daraja (M-Pesa, Kenya): strict like the original, faulty on request.

The core (every module but clockwork, post_office, *_routes, server and __main__) is pure: it has
no socket, reads no clock and draws randomness only from the seeded generator in `Ids`.
"""
