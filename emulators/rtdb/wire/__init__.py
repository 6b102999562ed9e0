"""The WebSocket protocol (version 5) of the Firebase SDKs, and its long-polling transport."""
