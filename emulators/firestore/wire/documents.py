"""Documents as messages, and the masks and preconditions that come with them."""

from __future__ import annotations

from emulators.firestore.core.document import Document
from emulators.firestore.core.field_path import FieldPath, parse_field_path, select_fields
from emulators.firestore.core.names import DatabaseName
from emulators.firestore.core.write import ALWAYS, Precondition
from emulators.firestore.wire.messages import Message
from emulators.firestore.wire.values import read_time, write_fields, write_time


def write_document(
    message: Message,
    database: DatabaseName,
    document: Document,
    mask: tuple[FieldPath, ...] | None = None,
) -> None:
    """Fill a Document with all fields, or those of the mask."""
    message.name = database.document(document.path)
    fields = document.fields if mask is None else select_fields(document.fields, mask)
    write_fields(message.fields, fields)
    write_time(message.create_time, document.create_time)
    write_time(message.update_time, document.update_time)


def read_mask(request: Message, name: str = "mask") -> tuple[FieldPath, ...] | None:
    """The field paths of a DocumentMask; None where the request has none."""
    if not request.HasField(name):
        return None
    return tuple(parse_field_path(path) for path in getattr(request, name).field_paths)


def read_precondition(message: Message) -> Precondition:
    """A Precondition, which may be empty."""
    kind = message.WhichOneof("condition_type")
    if kind == "exists":
        return Precondition(exists=message.exists)
    if kind == "update_time":
        return Precondition(update_time=read_time(message.update_time))
    return ALWAYS
