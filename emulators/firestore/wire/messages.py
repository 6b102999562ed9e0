"""The protobuf classes of google.firestore.v1, out of the client library's wrappers."""

from __future__ import annotations

from typing import Any

from google.cloud.firestore_v1.types import (
    aggregation_result,
    document,
    firestore,
    query,
    query_profile,
    write,
)
from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp

# The classes are made at import from descriptors, so there is no type to give them.
Message = Any


def _raw(wrapper: Any) -> Any:
    return wrapper.pb()


Document: Any = _raw(document.Document)
Value: Any = _raw(document.Value)
StructuredQuery: Any = _raw(query.StructuredQuery)
Cursor: Any = _raw(query.Cursor)
WriteResult: Any = _raw(write.WriteResult)
Write: Any = _raw(write.Write)
AggregationResult: Any = _raw(aggregation_result.AggregationResult)
ExplainMetrics: Any = _raw(query_profile.ExplainMetrics)
Target: Any = _raw(firestore.Target)
TargetChange: Any = _raw(firestore.TargetChange)

REQUESTS: dict[str, Any] = {
    "GetDocument": _raw(firestore.GetDocumentRequest),
    "ListDocuments": _raw(firestore.ListDocumentsRequest),
    "CreateDocument": _raw(firestore.CreateDocumentRequest),
    "UpdateDocument": _raw(firestore.UpdateDocumentRequest),
    "DeleteDocument": _raw(firestore.DeleteDocumentRequest),
    "BatchGetDocuments": _raw(firestore.BatchGetDocumentsRequest),
    "BeginTransaction": _raw(firestore.BeginTransactionRequest),
    "Commit": _raw(firestore.CommitRequest),
    "Rollback": _raw(firestore.RollbackRequest),
    "RunQuery": _raw(firestore.RunQueryRequest),
    "RunAggregationQuery": _raw(firestore.RunAggregationQueryRequest),
    "PartitionQuery": _raw(firestore.PartitionQueryRequest),
    "ListCollectionIds": _raw(firestore.ListCollectionIdsRequest),
    "BatchWrite": _raw(firestore.BatchWriteRequest),
    "Listen": _raw(firestore.ListenRequest),
}

ListDocumentsResponse: Any = _raw(firestore.ListDocumentsResponse)
BatchGetDocumentsResponse: Any = _raw(firestore.BatchGetDocumentsResponse)
BeginTransactionResponse: Any = _raw(firestore.BeginTransactionResponse)
CommitResponse: Any = _raw(firestore.CommitResponse)
RunQueryResponse: Any = _raw(firestore.RunQueryResponse)
RunAggregationQueryResponse: Any = _raw(firestore.RunAggregationQueryResponse)
PartitionQueryResponse: Any = _raw(firestore.PartitionQueryResponse)
ListCollectionIdsResponse: Any = _raw(firestore.ListCollectionIdsResponse)
BatchWriteResponse: Any = _raw(firestore.BatchWriteResponse)
ListenResponse: Any = _raw(firestore.ListenResponse)

__all__ = ["REQUESTS", "Empty", "Message", "Timestamp"]
