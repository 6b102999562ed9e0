"""google.firestore.v1 messages into the core's values and back."""
