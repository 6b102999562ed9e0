"""Commit, BatchWrite, BeginTransaction, Rollback, and the calls that write one document."""

from __future__ import annotations

from emulators.firestore.core.database import Committed, Database
from emulators.firestore.core.names import check_id, check_path, parse_document
from emulators.firestore.core.write import Delete, Precondition, SetFields, Write
from emulators.firestore.errors import Code, FirestoreError, invalid
from emulators.firestore.rpc.call import shortened
from emulators.firestore.rpc.consistency import begin
from emulators.firestore.rpc.service import Service
from emulators.firestore.wire import messages as pb
from emulators.firestore.wire.documents import read_mask, read_precondition, write_document
from emulators.firestore.wire.messages import Message
from emulators.firestore.wire.values import read_fields, write_time
from emulators.firestore.wire.writes import check_mask, read_write, write_result


class CommitCalls:
    """Writes and transactions."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def begin_transaction(self, request: Message) -> Message:
        database = self._service.database(request.database)
        transaction = begin(database, request.options)
        return pb.BeginTransactionResponse(transaction=transaction.id)

    async def rollback(self, request: Message) -> Message:
        database = self._service.database(request.database)
        database.transactions.roll_back(request.transaction)
        self._service.turns.release(request.transaction)
        return pb.Empty()

    async def commit(self, request: Message) -> Message:
        database = self._service.database(request.database)
        try:
            writes = [read_write(each, database.name) for each in request.writes]
            done = database.commit(writes, request.transaction)
        finally:
            self._service.turns.release(request.transaction)
        answer = pb.CommitResponse()
        for result in done.results:
            write_result(answer.write_results.add(), result)
        write_time(answer.commit_time, done.time)
        return answer

    async def batch_write(self, request: Message) -> Message:
        """Each write for itself, in any order; every one has its own status."""
        database = self._service.database(request.database)
        if len(request.writes) > database.limits.writes_per_commit:
            raise invalid(f"maximum {database.limits.writes_per_commit} writes allowed per request")
        writes: list[Write | FirestoreError] = []
        for each in request.writes:
            try:
                writes.append(read_write(each, database.name))
            except FirestoreError as error:
                writes.append(error)
        paths = [write.path for write in writes if not isinstance(write, FirestoreError)]
        if len(set(paths)) < len(paths):
            raise invalid("A document may be written only once per BatchWrite.")
        answer = pb.BatchWriteResponse()
        for write in writes:
            _write_alone(database, write, answer)
        return answer

    async def create_document(self, request: Message) -> Message:
        database, parent = self._service.parent(request.parent)
        document_id = request.document_id or self._service.new_document_id()
        path = check_path((*parent, check_id(request.collection_id), check_id(document_id)))
        write = SetFields(
            path=path,
            fields=read_fields(request.document.fields),
            precondition=Precondition(exists=False),
        )
        return _written(database, request, write)

    async def update_document(self, request: Message) -> Message:
        name, path = parse_document(request.document.name)
        mask = read_mask(request, "update_mask")
        write = SetFields(
            path=path,
            fields=read_fields(request.document.fields),
            mask=None if mask is None else check_mask(mask),
            precondition=read_precondition(request.current_document),
        )
        return _written(self._service.named(name), request, write)

    async def delete_document(self, request: Message) -> Message:
        name, path = parse_document(request.name)
        precondition = read_precondition(request.current_document)
        self._service.named(name).commit([Delete(path=path, precondition=precondition)])
        return pb.Empty()


def _written(database: Database, request: Message, write: SetFields) -> Message:
    mask = read_mask(request)
    database.commit([write])
    document = database.store.get(write.path)
    assert document is not None
    answer = pb.Document()
    write_document(answer, database.name, document, mask)
    return answer


def _write_alone(database: Database, write: Write | FirestoreError, answer: Message) -> None:
    result, status = answer.write_results.add(), answer.status.add()
    try:
        if isinstance(write, FirestoreError):
            raise write
        done: Committed = database.commit([write])
        write_result(result, done.results[0])
        status.code = Code.OK
    except FirestoreError as error:
        status.code, status.message = int(error.code), shortened(error.message)
