"""The calls of google.firestore.v1.Firestore."""
