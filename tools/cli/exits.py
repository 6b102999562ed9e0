"""How a command ends: 0 ok, 1 problems found, 2 wrong usage, 3 out of reach or no credentials."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import requests
import typer
from firebase_admin.exceptions import FirebaseError
from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from lipamita.domain.errors import BusyError, ConfigurationError, InvalidInputError, LipamitaError


class Exit(IntEnum):
    """The codes, as docs/operations.md states them. Typer itself ends wrong usage with 2."""

    OK = 0
    PROBLEMS = 1
    USAGE = 2
    UNREACHABLE = 3


_OUT_OF_REACH = (
    BusyError,
    ConfigurationError,
    FirebaseError,
    GoogleAPIError,
    GoogleAuthError,
    requests.RequestException,
)


@contextmanager
def told_errors() -> Iterator[None]:
    """Say on the last line what went wrong, and end with its code; no traceback."""
    try:
        yield
    except _OUT_OF_REACH as error:
        _end(f"{type(error).__name__}: {error}", Exit.UNREACHABLE)
    except InvalidInputError as error:
        _end(error.message, Exit.USAGE)
    except LipamitaError as error:
        _end(error.message, Exit.PROBLEMS)


def _end(message: str, code: Exit) -> None:
    print(f"lipamita: {message}", file=sys.stderr)
    raise typer.Exit(code)
