"""GetDocument, BatchGetDocuments, ListDocuments and ListCollectionIds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator

from google.protobuf.message import DecodeError

from emulators.firestore.core.database import Database
from emulators.firestore.core.document import Document
from emulators.firestore.core.field_path import MISSING, NAME, get_field, parse_field_path
from emulators.firestore.core.names import Path, check_id, parse_document
from emulators.firestore.core.values import Reference, Value
from emulators.firestore.errors import Code, FirestoreError, invalid
from emulators.firestore.query.check import check_normal, check_query
from emulators.firestore.query.model import Cursor, Order, Query
from emulators.firestore.query.normal import normalise
from emulators.firestore.rpc.consistency import Reading, reading
from emulators.firestore.rpc.service import Service
from emulators.firestore.wire import messages as pb
from emulators.firestore.wire.documents import read_mask, write_document
from emulators.firestore.wire.messages import Message
from emulators.firestore.wire.values import read_value, write_value

DEFAULT_PAGE = 100
MAX_PAGE = 10_000


class DocumentCalls:
    """Reads by name."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def get_document(self, request: Message) -> Message:
        name, path = parse_document(request.name)
        source = reading(self._service.named(name), self._service.turns, request)
        document = await source.document(path)
        if document is None:
            raise FirestoreError(Code.NOT_FOUND, f'Document "{request.name}" not found.')
        answer = pb.Document()
        write_document(answer, name, document, read_mask(request))
        return answer

    async def batch_get_documents(self, request: Message) -> AsyncIterator[Message]:
        database = self._service.database(request.database)
        paths = [parse_document(name, database.name)[1] for name in request.documents]
        mask = read_mask(request)
        source = reading(database, self._service.turns, request)
        if source.begun and source.transaction is not None:
            yield pb.BatchGetDocumentsResponse(transaction=source.transaction.id)
        await source.take_turns(paths)
        for path in dict.fromkeys(paths):
            document = await source.document(path)
            answer = pb.BatchGetDocumentsResponse()
            if document is None:
                answer.missing = database.name.document(path)
            else:
                write_document(answer.found, database.name, document, mask)
            source.stamp(answer.read_time)
            yield answer

    async def list_documents(self, request: Message) -> Message:
        database, parent = self._service.parent(request.parent)
        if not request.collection_id:
            raise invalid("collection_id is required.")
        collection = (*parent, check_id(request.collection_id))
        size = page_size(request)
        source = reading(database, self._service.turns, request)
        if request.show_missing:
            return await _page_with_missing(source, request, collection, size)
        orders = _orders(request.order_by)
        normal = normalise(
            Query(
                parent=parent,
                collection_id=request.collection_id,
                orders=orders,
                start=_token_cursor(request.page_token),
                limit=size + 1,
            )
        )
        check_query(normal.query)
        check_normal(normal)
        self._service.indexes.check(normal)
        found = (await source.documents(normal)).documents
        answer = pb.ListDocumentsResponse()
        mask = read_mask(request)
        for document in found[:size]:
            write_document(answer.documents.add(), database.name, document, mask)
        if len(found) > size:
            answer.next_page_token = _cursor_token(database, normal.orders, found[size - 1])
        return answer

    async def list_collection_ids(self, request: Message) -> Message:
        database, parent = self._service.parent(request.parent)
        size = page_size(request)
        after = token_text(request.page_token)
        ids = [each for each in database.store.tree.below(parent) if each > after]
        answer = pb.ListCollectionIdsResponse(collection_ids=ids[:size])
        if len(ids) > size:
            answer.next_page_token = text_token(ids[size - 1])
        return answer


def page_size(request: Message) -> int:
    """How many a page has. Raises INVALID_ARGUMENT."""
    if request.page_size < 0:
        raise invalid("page_size must not be negative.")
    return min(request.page_size or DEFAULT_PAGE, MAX_PAGE)


def text_token(text: str) -> str:
    """A page token that says after what the next page begins."""
    return base64.urlsafe_b64encode(text.encode()).decode()


def token_text(token: str) -> str:
    """The opposite of `text_token`. Raises INVALID_ARGUMENT."""
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise invalid(f"Invalid page token {token!r}.") from error


async def _page_with_missing(
    source: Reading, request: Message, collection: Path, size: int
) -> Message:
    """Documents and the names of missing ones that have collections below them."""
    if request.order_by:
        raise invalid("show_missing cannot be used with order_by.")
    after = token_text(request.page_token)
    ids = [each for each in source.database.store.tree.below(collection) if each > after]
    answer = pb.ListDocumentsResponse()
    mask = read_mask(request)
    for each in ids[:size]:
        path = (*collection, each)
        document = await source.document(path)
        entry = answer.documents.add()
        if document is None:
            entry.name = source.database.name.document(path)
        else:
            write_document(entry, source.database.name, document, mask)
    if len(ids) > size:
        answer.next_page_token = text_token(ids[size - 1])
    return answer


def _orders(text: str) -> tuple[Order, ...]:
    """Read `a desc, b.c`."""
    orders = []
    for part in text.split(",") if text.strip() else ():
        field, _, direction = part.strip().partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise invalid(f"order_by: expected asc or desc after {field!r}.")
        orders.append(Order(parse_field_path(field), direction.strip().lower() == "desc"))
    return tuple(orders)


def _cursor_token(database: Database, orders: tuple[Order, ...], last: Document) -> str:
    cursor = pb.Cursor()
    for order in orders:
        value: Value = Reference(database.name.document(last.path))
        if order.field != NAME:
            found = get_field(last.fields, order.field)
            assert found is not MISSING
            value = found
        write_value(cursor.values.add(), value)
    return base64.urlsafe_b64encode(cursor.SerializeToString()).decode()


def _token_cursor(token: str) -> Cursor | None:
    if not token:
        return None
    try:
        data = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        cursor = pb.Cursor.FromString(data)
    except (binascii.Error, UnicodeError, DecodeError) as error:
        raise invalid(f"Invalid page token {token!r}.") from error
    return Cursor(tuple(read_value(value) for value in cursor.values), before=False)
