"""The table of calls: what gRPC finds under google.firestore.v1.Firestore."""

from __future__ import annotations

from typing import Any

import grpc

from emulators.firestore.rpc.call import stream, unary
from emulators.firestore.rpc.commits import CommitCalls
from emulators.firestore.rpc.documents import DocumentCalls
from emulators.firestore.rpc.listen import ListenCalls
from emulators.firestore.rpc.queries import QueryCalls
from emulators.firestore.rpc.service import Service
from emulators.firestore.wire.messages import REQUESTS

SERVICE = "google.firestore.v1.Firestore"


def handlers(service: Service, mark: bytes) -> Any:
    """Other methods (Write, ExecutePipeline) are answered UNIMPLEMENTED by gRPC."""
    documents, commits = DocumentCalls(service), CommitCalls(service)
    queries, listens = QueryCalls(service), ListenCalls(service, mark)
    unaries = {
        "GetDocument": documents.get_document,
        "ListDocuments": documents.list_documents,
        "ListCollectionIds": documents.list_collection_ids,
        "CreateDocument": commits.create_document,
        "UpdateDocument": commits.update_document,
        "DeleteDocument": commits.delete_document,
        "Commit": commits.commit,
        "BatchWrite": commits.batch_write,
        "BeginTransaction": commits.begin_transaction,
        "Rollback": commits.rollback,
        "PartitionQuery": queries.partition_query,
    }
    streams = {
        "BatchGetDocuments": documents.batch_get_documents,
        "RunQuery": queries.run_query,
        "RunAggregationQuery": queries.run_aggregation_query,
    }
    table = {name: unary(REQUESTS[name], call) for name, call in unaries.items()}
    table |= {name: stream(REQUESTS[name], call) for name, call in streams.items()}
    table["Listen"] = grpc.stream_stream_rpc_method_handler(listens.listen)
    return grpc.method_handlers_generic_handler(SERVICE, table)
