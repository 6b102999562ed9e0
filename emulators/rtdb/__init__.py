"""A stand-in for Firebase Realtime Database: pure core, protocol modules, one shell."""
