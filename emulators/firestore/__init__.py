"""A Firestore that google-cloud-firestore can't tell from Google's, in one process."""
