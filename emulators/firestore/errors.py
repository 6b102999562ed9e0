"""What a request can be answered with instead of a result: a gRPC status code and a message."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """The numbers of google.rpc.Code that this emulator answers with."""

    OK = 0
    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    UNIMPLEMENTED = 12
    INTERNAL = 13


class FirestoreError(Exception):
    """A refusal. The message says what was found and what was expected."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> FirestoreError:
    """The request makes no sense, whatever the state."""
    return FirestoreError(Code.INVALID_ARGUMENT, message)
