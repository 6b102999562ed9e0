"""Local stand-ins for Firebase and Daraja: development only, never deployed."""
