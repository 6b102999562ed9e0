"""The Firestore client, and the limits of every call that is made with it.

The client is made once, by the first call that needs it, under a lock. google.cloud.firestore costs
about 110 ms to import, so only functions that keep or read the record pay for it, when they first
do. A call and its repetitions end after CALL_TIMEOUT_S together, however Firestore behaves; the
library's own limits are one to five minutes, longer than a function lives.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from lipamita.domain.errors import BusyError

CALL_TIMEOUT_S = 20
MAX_WRITES = 500  # of one commit
MAX_TRIES = 5  # of a commit, when others were first
_IN_A_TRANSACTION = frozenset({"begin_transaction", "commit", "rollback"})
_LOCK = threading.Lock()
_CLIENTS: dict[str, Any] = {}
T = TypeVar("T")


def firestore_client(project_id: str) -> Any:
    """The client of that project. Credentials are the runtime's own, or the emulator's."""
    with _LOCK:
        client = _CLIENTS.get(project_id)
        if client is None:
            from google.cloud import firestore  # noqa: PLC0415 (see the module's head)

            client = _CLIENTS[project_id] = firestore.Client(project=project_id)
            client._firestore_api_internal = _Limited(client._firestore_api)
        return client


def asked(call: Callable[..., T]) -> T:
    """``call(retry=..., timeout=...)`` within the limits.

    Raises BusyError when Firestore gives no answer; Aborted and AlreadyExists as they are: somebody
    else was faster, which is no fault.
    """
    return _told(lambda: call(**_limits()))


def transacted(client: Any, commit: Callable[[Any], T]) -> T:
    """``commit(transaction)``, which reads before it writes, as one; again if others were first.

    Raises BusyError without an answer, or when others were first MAX_TRIES times.
    """
    from google.api_core.exceptions import Aborted, GoogleAPIError  # noqa: PLC0415
    from google.cloud import firestore  # noqa: PLC0415

    def run() -> T:
        result: T = firestore.transactional(commit)(client.transaction(max_attempts=MAX_TRIES))
        return result

    try:
        return _told(run)
    except Aborted as error:
        raise _busy() from error
    except ValueError as error:  # the library tried often enough, or could not even begin
        if isinstance(error.__cause__ or error.__context__, GoogleAPIError):
            raise _busy() from error
        raise


class _Limited:
    """The client's API, with limits on the calls of a transaction: it takes none for them."""

    def __init__(self, api: Any) -> None:
        self._api = api

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._api, name)
        if name not in _IN_A_TRANSACTION:
            return call
        return lambda **named: call(**{**_limits(), **named})


def _limits() -> dict[str, Any]:
    from google.api_core.retry import Retry, if_transient_error  # noqa: PLC0415

    retry = Retry(predicate=if_transient_error, timeout=CALL_TIMEOUT_S)
    return {"retry": retry, "timeout": CALL_TIMEOUT_S}


def _told(call: Callable[[], T]) -> T:
    from google.api_core.exceptions import (  # noqa: PLC0415
        Aborted,
        AlreadyExists,
        FailedPrecondition,
        GoogleAPIError,
        InvalidArgument,
    )

    try:
        return call()
    except (Aborted, AlreadyExists, FailedPrecondition, InvalidArgument):
        raise  # not for want of an answer: an index is missing, or a call of ours is wrong
    except GoogleAPIError as error:
        raise _busy() from error


def _busy() -> BusyError:
    return BusyError("busy", "the record cannot be reached just now; try again")
