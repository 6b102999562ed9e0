"""The protobuf classes of google.firestore.v1, out of the client library's wrappers.

Only the modules of messages are imported: the client around them takes four times as long.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp

_PACKAGE = "google.cloud.firestore_v1"


def _without_client(*names: str) -> list[ModuleType]:
    """Import modules of the package's `types` while an empty module stands in for the package."""
    stands_in = _PACKAGE not in sys.modules
    if stands_in:
        found = importlib.util.find_spec(_PACKAGE)
        assert found is not None
        empty = ModuleType(_PACKAGE)
        empty.__path__ = list(found.submodule_search_locations or ())
        sys.modules[_PACKAGE] = empty
    try:
        return [importlib.import_module(f"{_PACKAGE}.types.{name}") for name in names]
    finally:
        if stands_in:
            del sys.modules[_PACKAGE]


aggregation_result, document, firestore, query, query_profile, write = _without_client(
    "aggregation_result", "document", "firestore", "query", "query_profile", "write"
)

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
