"""One write as asked, and what it makes of a document. Nothing is stored here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from emulators.firestore.core.document import Document, check_document, check_fields
from emulators.firestore.core.field_path import (
    MISSING,
    FieldPath,
    delete_field,
    get_field,
    set_field,
)
from emulators.firestore.core.names import Path
from emulators.firestore.core.transform import Transform, transformed
from emulators.firestore.core.values import Fields, Value, same
from emulators.firestore.errors import Code, FirestoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What must hold before the write. `update_time` in microseconds."""

    exists: bool | None = None
    update_time: int | None = None


ALWAYS = Precondition()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFields:
    """Replace the document, or with a mask only the fields that it names; then transform."""

    path: Path
    fields: Fields
    mask: tuple[FieldPath, ...] | None = None
    transforms: tuple[Transform, ...] = ()
    precondition: Precondition = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Remove the document, if there is one."""

    path: Path
    precondition: Precondition = ALWAYS


Write: TypeAlias = SetFields | Delete


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """`update_time` is None after a delete."""

    update_time: int | None
    transform_results: tuple[Value, ...] = ()


def apply_write(
    write: Write, before: Document | None, now: int, max_bytes: int
) -> tuple[Document | None, WriteResult]:
    """The document after the write, which is `before` itself when nothing changed.

    Raises NOT_FOUND, ALREADY_EXISTS or FAILED_PRECONDITION for the precondition and
    INVALID_ARGUMENT for what cannot be stored.
    """
    _check_precondition(write.precondition, before, write.path)
    if isinstance(write, Delete):
        return None, WriteResult(update_time=None)
    fields, results = _new_fields(write, before, now)
    if before is not None and same(before.fields, fields):
        return before, WriteResult(update_time=before.update_time, transform_results=results)
    check_fields(fields)
    check_document(write.path, fields, max_bytes)
    created = now if before is None else before.create_time
    after = Document(write.path, fields, created, now)
    return after, WriteResult(update_time=now, transform_results=results)


def _new_fields(
    write: SetFields, before: Document | None, now: int
) -> tuple[Fields, tuple[Value, ...]]:
    fields: Fields = {} if before is None else before.fields
    if write.mask is None:
        fields = write.fields
    else:
        for path in write.mask:
            value = get_field(write.fields, path)
            fields = (
                delete_field(fields, path) if value is MISSING else set_field(fields, path, value)
            )
    results: list[Value] = []
    for transform in write.transforms:
        value, result = transformed(get_field(fields, transform.field), transform, now)
        fields = set_field(fields, transform.field, value)
        results.append(result)
    return fields, tuple(results)


def _check_precondition(condition: Precondition, before: Document | None, path: Path) -> None:
    name = "/".join(path)
    if condition.exists is True and before is None:
        raise FirestoreError(Code.NOT_FOUND, f"No document to update: {name}")
    if condition.exists is False and before is not None:
        raise FirestoreError(Code.ALREADY_EXISTS, f"Document already exists: {name}")
    if condition.update_time is None:
        return
    if before is None:
        raise FirestoreError(Code.NOT_FOUND, f"No document to update: {name}")
    if before.update_time != condition.update_time:
        raise FirestoreError(
            Code.FAILED_PRECONDITION,
            f"the stored version ({before.update_time}) of {name} does not match the required "
            f"base version ({condition.update_time})",
        )
