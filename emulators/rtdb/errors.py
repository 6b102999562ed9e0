"""What can go wrong in a request, by whose fault it is; protocol modules map these to codes."""

from __future__ import annotations


class RequestError(Exception):
    """The client asked for something malformed; `str(error)` is the text it is shown."""


class TooLargeError(RequestError):
    """A key, a value, a depth or a whole write is beyond a limit."""


class PermissionDeniedError(Exception):
    """The security rules refuse the read or the write."""

    def __init__(self) -> None:
        super().__init__("Permission denied")


class ConflictError(Exception):
    """A compare-and-set found another value than the client's."""


class CredentialError(Exception):
    """The token cannot be read."""
