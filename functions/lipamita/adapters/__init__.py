"""Wire formats and I/O: the only place that speaks to Firebase and to Daraja."""
