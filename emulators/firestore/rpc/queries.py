"""RunQuery, RunAggregationQuery and PartitionQuery."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from emulators.firestore.core.field_path import NAME, format_field_path
from emulators.firestore.errors import invalid
from emulators.firestore.query.aggregate import aggregate
from emulators.firestore.query.model import Order
from emulators.firestore.query.normal import Normal
from emulators.firestore.query.run import plan
from emulators.firestore.rpc.consistency import reading
from emulators.firestore.rpc.documents import page_size, text_token, token_text
from emulators.firestore.rpc.service import Service
from emulators.firestore.wire import messages as pb
from emulators.firestore.wire.documents import write_document
from emulators.firestore.wire.messages import Message
from emulators.firestore.wire.queries import read_aggregation, read_query
from emulators.firestore.wire.values import write_value


class QueryCalls:
    """Reads by content."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def run_query(self, request: Message) -> AsyncIterator[Message]:
        database, parent = self._service.parent(request.parent)
        if request.WhichOneof("query_type") != "structured_query":
            raise invalid("RunQuery needs a structured_query.")
        started = time.monotonic_ns()
        normal = read_query(request.structured_query, parent)
        self._service.indexes.check(normal)
        source = reading(database, self._service.turns, request)
        if _only_plans(request):
            yield pb.RunQueryResponse(explain_metrics=_metrics(normal, None, started))
            return
        found = await source.documents(normal)
        first = pb.RunQueryResponse(skipped_results=found.skipped)
        if source.begun and source.transaction is not None:
            first.transaction = source.transaction.id
        if first.transaction or found.skipped or not found.documents:
            source.stamp(first.read_time)
            yield first
        for document in found.documents:
            answer = pb.RunQueryResponse()
            write_document(answer.document, database.name, document, normal.query.select)
            source.stamp(answer.read_time)
            yield answer
        if request.HasField("explain_options"):
            metrics = _metrics(normal, len(found.documents), started)
            yield pb.RunQueryResponse(explain_metrics=metrics)

    async def run_aggregation_query(self, request: Message) -> AsyncIterator[Message]:
        database, parent = self._service.parent(request.parent)
        if request.WhichOneof("query_type") != "structured_aggregation_query":
            raise invalid("RunAggregationQuery needs a structured_aggregation_query.")
        started = time.monotonic_ns()
        query = read_aggregation(request.structured_aggregation_query, parent)
        self._service.indexes.check(query.normal, query.fields)
        source = reading(database, self._service.turns, request)
        answer = pb.RunAggregationQueryResponse()
        if _only_plans(request):
            answer.explain_metrics.CopyFrom(_metrics(query.normal, None, started))
            yield answer
            return
        found = await source.documents(query.normal)
        for alias, value in aggregate(query, found.documents).items():
            write_value(answer.result.aggregate_fields[alias], value)
        if source.begun and source.transaction is not None:
            answer.transaction = source.transaction.id
        source.stamp(answer.read_time)
        if request.HasField("explain_options"):
            answer.explain_metrics.CopyFrom(_metrics(query.normal, 1, started))
        yield answer

    async def partition_query(self, request: Message) -> Message:
        """Documents at even distances, as cursors between which the group splits."""
        database, parent = self._service.parent(request.parent)
        if request.partition_count < 1:
            raise invalid("partition_count must be at least 1.")
        normal = read_query(request.structured_query, parent)
        if not normal.query.everywhere or normal.query.where is not None:
            raise invalid("Only collection group queries without filters can be partitioned.")
        if normal.orders != (Order(NAME),):
            raise invalid("Only queries ordered by ascending name can be partitioned.")
        source = reading(database, self._service.turns, request)
        documents = (await source.documents(normal)).documents
        parts = min(request.partition_count + 1, len(documents))
        points = [documents[len(documents) * at // parts] for at in range(1, parts)]
        skipped = _skipped(request.page_token)
        answer = pb.PartitionQueryResponse()
        size = page_size(request)
        for point in points[skipped : skipped + size]:
            value = answer.partitions.add().values.add()
            value.reference_value = database.name.document(point.path)
        if skipped + size < len(points):
            answer.next_page_token = text_token(str(skipped + size))
        return answer


def _skipped(token: str) -> int:
    text = token_text(token)
    if text and not (text.isascii() and text.isdigit()):
        raise invalid(f"Invalid page token {token!r}.")
    return int(text or 0)


def _only_plans(request: Message) -> bool:
    return bool(request.HasField("explain_options") and not request.explain_options.analyze)


def _metrics(normal: Normal, returned: int | None, started_ns: int) -> Message:
    """ExplainMetrics: the indexes read and, when it ran, what came of it."""
    metrics = pb.ExplainMetrics()
    for conjunction in normal.conjunctions:
        chosen = plan(normal, conjunction)
        if chosen is None:
            continue
        fields = [
            f"{format_field_path(column.field)} "
            + ("CONTAINS" if column.contains else "DESC" if column.flipped else "ASC")
            for column in chosen.columns
        ]
        scope = "Collection group" if normal.query.everywhere else "Collection"
        metrics.plan_summary.indexes_used.add().update(
            {"query_scope": scope, "properties": f"({', '.join(fields)})"}
        )
    metrics.plan_summary.SetInParent()
    if returned is not None:
        stats = metrics.execution_stats
        stats.results_returned = stats.read_operations = returned
        stats.execution_duration.FromNanoseconds(time.monotonic_ns() - started_ns)
    return metrics
