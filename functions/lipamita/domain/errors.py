"""What can go wrong, said by whose fault it is.

Entrypoints hold the one table that turns these into HTTP statuses.
"""

from __future__ import annotations


class LipamitaError(Exception):
    """Base of every error this package raises on purpose.

    ``code`` is stable and machine-readable, ``message`` is for people and says what was found and
    what was expected, ``field`` names the part of the request at fault, if one is.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.retry_after_ms = retry_after_ms


class InvalidInputError(LipamitaError):
    """The caller sent something that cannot be accepted; the caller can mend it."""


class UnauthenticatedError(LipamitaError):
    """No identity, or one that is no longer good."""


class ForbiddenError(LipamitaError):
    """A known identity that may not do this."""


class NotFoundError(LipamitaError):
    """The thing named does not exist."""


class ConflictError(LipamitaError):
    """The request contradicts what is already recorded."""


class RateLimitedError(LipamitaError):
    """Somebody asks too often; ``retry_after_ms`` says when the next request may come."""


class BusyError(LipamitaError):
    """A bounded retry ran out because others kept writing; the caller may repeat the request."""


class PaymentRefusedError(LipamitaError):
    """M-Pesa refused the push for certain: no prompt was shown and no money can move."""

    def __init__(self, code: str, message: str, *, transaction_id: str) -> None:
        super().__init__(code, message)
        self.transaction_id = transaction_id


class ConfigurationError(LipamitaError):
    """The deployment is set up wrongly; only an operator can mend it."""


class IllegalMoveError(LipamitaError):
    """A state table was asked for a move it does not have: a defect in our own code."""


class UnreadableError(LipamitaError):
    """Stored data or a wire message does not have the documented shape."""
