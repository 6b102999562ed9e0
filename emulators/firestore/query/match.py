"""Whether a document meets a filter of a conjunction. Ranges hold only within one type."""

from __future__ import annotations

from emulators.firestore.core.document import Document
from emulators.firestore.core.field_path import MISSING, NAME, get_field
from emulators.firestore.core.names import compared_path
from emulators.firestore.core.order import (
    NAN_KEY,
    NULL_KEY,
    Key,
    bracket,
    name_key,
    order_key,
)
from emulators.firestore.core.values import Reference, Value
from emulators.firestore.query.model import RANGES, FieldFilter, Op

UNSEARCHABLE = (NULL_KEY, NAN_KEY)


def operand_key(leaf: FieldFilter, value: Value) -> Key:
    """The key of a filter's value; a name is compared within its database."""
    if leaf.field == NAME and isinstance(value, Reference):
        return name_key(compared_path(value.name))
    return order_key(value)


def matches(leaf: FieldFilter, document: Document) -> bool:
    """Whether the document meets one filter; where the field is missing it never does."""
    if leaf.field == NAME:
        return _holds(leaf, name_key(document.path))
    value = get_field(document.fields, leaf.field)
    if value is MISSING:
        return False
    if leaf.op is Op.ARRAY_CONTAINS:
        sought = equal_key(leaf)
        return isinstance(value, tuple) and sought in [order_key(each) for each in value]
    return _holds(leaf, order_key(value))


def equal_key(leaf: FieldFilter) -> Key | None:
    """The one key that an equality asks for; None if nothing can equal it."""
    if leaf.op is Op.IS_NULL:
        return NULL_KEY
    if leaf.op is Op.IS_NAN:
        return NAN_KEY
    key = operand_key(leaf, leaf.value)
    return None if key in UNSEARCHABLE else key


def _holds(leaf: FieldFilter, key: Key) -> bool:
    if leaf.op in RANGES:
        return _in_range(leaf, key)
    if leaf.op in (Op.EQUAL, Op.IS_NULL, Op.IS_NAN):
        return key == equal_key(leaf)
    if key == NULL_KEY:
        return False
    if leaf.op is Op.IS_NOT_NULL:
        return True
    if leaf.op is Op.IS_NOT_NAN:
        return key != NAN_KEY
    if leaf.op is Op.NOT_EQUAL:
        return key != operand_key(leaf, leaf.value)
    assert leaf.op is Op.NOT_IN
    assert isinstance(leaf.value, tuple)
    others = [operand_key(leaf, value) for value in leaf.value]
    return NULL_KEY not in others and key not in others


def _in_range(leaf: FieldFilter, key: Key) -> bool:
    other = operand_key(leaf, leaf.value)
    lowest, highest = bracket(other)
    if not lowest <= key < highest:
        return False
    if leaf.op is Op.LESS_THAN:
        return key < other
    if leaf.op is Op.LESS_THAN_OR_EQUAL:
        return key <= other
    return key > other if leaf.op is Op.GREATER_THAN else key >= other
