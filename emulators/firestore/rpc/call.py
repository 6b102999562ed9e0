"""From bytes to bytes: parse, check the caller, answer, and turn refusals into gRPC statuses.

Requests are parsed here and not by gRPC, which answers malformed ones with INTERNAL.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from emulators.firestore.errors import Code, FirestoreError, invalid
from emulators.firestore.wire.messages import Message

MAX_REQUEST_BYTES = 10 * 1024 * 1024
MAX_STATUS_BYTES = 2_000
OWNER = "owner"

_LOG = logging.getLogger("emulators.firestore")
_STATUS: dict[Code, Any] = {
    Code(code.value[0]): code for code in grpc.StatusCode if code.value[0] in set(Code)
}

Unary = Callable[[Message], Awaitable[Message]]
Stream = Callable[[Message], AsyncIterator[Message]]


def unary(request_type: Any, answer: Unary) -> Any:
    """A handler of one request and one answer."""

    async def handle(data: bytes, context: Any) -> bytes:
        try:
            check_caller(context)
            answered: bytes = (await answer(parse(request_type, data))).SerializeToString()
        except Exception as error:
            await refuse(context, error)
            raise
        return answered

    return grpc.unary_unary_rpc_method_handler(handle)


def stream(request_type: Any, answer: Stream) -> Any:
    """A handler of one request and many answers."""

    async def handle(data: bytes, context: Any) -> AsyncIterator[bytes]:
        try:
            check_caller(context)
            async for message in answer(parse(request_type, data)):
                yield message.SerializeToString()
        except Exception as error:
            await refuse(context, error)
            raise

    return grpc.unary_stream_rpc_method_handler(handle)


def parse(request_type: Any, data: bytes) -> Message:
    """Read a request. Raises INVALID_ARGUMENT."""
    if len(data) > MAX_REQUEST_BYTES:
        raise invalid(f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes.")
    try:
        return request_type.FromString(data)
    except DecodeError as error:
        raise invalid(f"The request is no {request_type.DESCRIPTOR.name}.") from error


def check_caller(context: Any) -> None:
    """Clients with a Firebase ID token fall under firestore.rules, which deny them everything."""
    for key, value in context.invocation_metadata() or ():
        if key == "authorization" and value.count(".") == 2:
            raise FirestoreError(
                Code.PERMISSION_DENIED, "Missing or insufficient permissions: clients are denied."
            )


async def refuse(context: Any, error: Exception) -> None:
    """End the call with the error's status; what was not foreseen is logged as INTERNAL."""
    if isinstance(error, FirestoreError):
        await context.abort(_STATUS[error.code], shortened(error.message))
    if isinstance(error, RecursionError):
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Nested too deeply.")
    if not isinstance(error, grpc.aio.AbortError):
        _LOG.exception("unforeseen error")
        await context.abort(grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}")


def shortened(message: str) -> str:
    """A status travels in a header of limited size."""
    encoded = message.encode()
    if len(encoded) <= MAX_STATUS_BYTES:
        return message
    return encoded[:MAX_STATUS_BYTES].decode(errors="ignore") + "..."
