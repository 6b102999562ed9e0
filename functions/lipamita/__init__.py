"""lipamita: an M-Pesa payment becomes watt-hours on the right meter, exactly once."""
