"""google.firestore.v1.Write into the core's writes, and their results back."""

from __future__ import annotations

from emulators.firestore.core.field_path import NAME, FieldPath, parse_field_path
from emulators.firestore.core.names import DatabaseName, parse_document
from emulators.firestore.core.transform import Kind, Transform
from emulators.firestore.core.values import is_number
from emulators.firestore.core.write import Delete, SetFields, Write, WriteResult
from emulators.firestore.errors import invalid
from emulators.firestore.wire.documents import read_mask, read_precondition
from emulators.firestore.wire.messages import Message
from emulators.firestore.wire.values import read_fields, read_value, write_time, write_value

_REQUEST_TIME = 1


def read_write(message: Message, database: DatabaseName) -> Write:
    """Read one write to a document of the database. Raises INVALID_ARGUMENT."""
    precondition = read_precondition(message.current_document)
    kind = message.WhichOneof("operation")
    if kind == "delete":
        _, path = parse_document(message.delete, database)
        return Delete(path=path, precondition=precondition)
    if kind == "update":
        _, path = parse_document(message.update.name, database)
        mask = read_mask(message, "update_mask")
        return SetFields(
            path=path,
            fields=read_fields(message.update.fields),
            mask=None if mask is None else check_mask(mask),
            transforms=tuple(map(_transform, message.update_transforms)),
            precondition=precondition,
        )
    if kind == "transform":
        _, path = parse_document(message.transform.document, database)
        if not message.transform.field_transforms:
            raise invalid("A transform needs at least one field.")
        return SetFields(
            path=path,
            fields={},
            mask=(),
            transforms=tuple(map(_transform, message.transform.field_transforms)),
            precondition=precondition,
        )
    raise invalid("A write must update, delete or transform.")


def check_mask(mask: tuple[FieldPath, ...]) -> tuple[FieldPath, ...]:
    """The mask itself when no path lies within another."""
    known = set(mask)
    for path in mask:
        if path[0] == NAME[0]:
            raise invalid("__name__ cannot be written.")
        if any(path[:length] in known for length in range(1, len(path))):
            raise invalid(f"Field path {'.'.join(path)} lies within another one of the mask.")
    return mask


def write_result(message: Message, result: WriteResult) -> None:
    """Fill a WriteResult."""
    if result.update_time is not None:
        write_time(message.update_time, result.update_time)
    for value in result.transform_results:
        write_value(message.transform_results.add(), value)


def _transform(message: Message) -> Transform:
    field = parse_field_path(message.field_path)
    kind = message.WhichOneof("transform_type")
    if kind is None:
        raise invalid(f"The transform of {message.field_path!r} has no type.")
    if kind == Kind.SERVER_TIME.value:
        if message.set_to_server_value != _REQUEST_TIME:
            raise invalid("The only server value is REQUEST_TIME.")
        return Transform(field=field, kind=Kind.SERVER_TIME)
    operand = getattr(message, kind)
    if kind in (Kind.UNION.value, Kind.REMOVE.value):
        values = tuple(read_value(value) for value in operand.values)
        return Transform(field=field, kind=Kind(kind), operand=values)
    number = read_value(operand)
    if not is_number(number):
        raise invalid(f"{kind} of {message.field_path!r} requires an integer or a double.")
    return Transform(field=field, kind=Kind(kind), operand=number)
