"""A cloud of prepaid meters, as Tuya's is: signed requests, charges that add up, stale reports."""
