"""lipamita: an M-Pesa payment becomes watt-hours on the right meter, exactly once."""

VERSION = "0.1.0"
