"""Lists of collections and documents, bulk writes, partitions, and the asyncio client."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from google.api_core import exceptions


@pytest.fixture
def tree(db: Any) -> Any:
    batch = db.batch()
    for name in ("users/u1", "users/u2", "users/gone/orders/o1", "meters/m1/log/l1/deep/d1"):
        batch.set(db.document(name), {"n": 1})
    batch.commit()
    return db


def test_collections_of_the_root_and_of_a_document(tree: Any) -> None:
    assert [each.id for each in tree.collections()] == ["meters", "users"]
    assert [each.id for each in tree.document("users/gone").collections()] == ["orders"]
    assert [each.id for each in tree.document("meters/m1/log/l1").collections()] == ["deep"]
    assert list(tree.document("users/u1").collections()) == []


def test_a_collection_goes_with_its_last_document(tree: Any) -> None:
    tree.document("meters/m1/log/l1/deep/d1").delete()
    assert [each.id for each in tree.collections()] == ["users"]


def test_list_documents_shows_missing_ones_that_have_collections(tree: Any) -> None:
    assert [each.id for each in tree.collection("users").list_documents()] == ["gone", "u1", "u2"]
    assert [each.id for each in tree.collection("meters").list_documents(page_size=1)] == ["m1"]


def test_list_documents_in_pages(db: Any) -> None:
    for number in range(7):
        db.document(f"a/{number}").set({"n": number})
    assert [each.id for each in db.collection("a").list_documents(page_size=3)] == list("0123456")


def test_documents_listed_by_an_order_in_pages(db: Any, emulator: Any) -> None:
    from google.cloud.firestore_v1.types import firestore  # noqa: PLC0415

    for number in range(5):
        db.document(f"a/{number}").set({"n": -(number // 2)})
    with grpc.insecure_channel(emulator.address) as channel:
        call = channel.unary_unary(
            "/google.firestore.v1.Firestore/ListDocuments",
            request_serializer=firestore.ListDocumentsRequest.serialize,
            response_deserializer=firestore.ListDocumentsResponse.deserialize,
        )
        seen, token = [], ""
        for _ in range(5):
            page = call(
                firestore.ListDocumentsRequest(
                    parent=f"{db._database_string}/documents",
                    collection_id="a",
                    page_size=2,
                    order_by="n desc, __name__ desc",
                    page_token=token,
                ),
                timeout=5,
            )
            seen += [each.name[-1] for each in page.documents]
            token = page.next_page_token
            if not token:
                break
    assert seen == list("10324")


def test_bulk_writer_reports_each_write(db: Any) -> None:
    db.document("a/taken").set({"n": 0})
    failed = []
    writer = db.bulk_writer()

    def note(error: Any, _: Any) -> bool:
        failed.append(error.code)
        return False

    writer.on_write_error(note)
    for number in range(50):
        writer.set(db.document(f"a/{number:02}"), {"n": number})
    writer.create(db.document("a/taken"), {"n": 1})
    writer.close()
    assert failed == [6]
    assert db.collection("a").count().get()[0][0].value == 51
    assert db.document("a/taken").get().get("n") == 0


def test_recursive_delete(tree: Any) -> None:
    assert tree.recursive_delete(tree.collection("users")) == 3
    assert [each.id for each in tree.collections()] == ["meters"]


def test_a_group_is_partitioned_without_loss(db: Any) -> None:
    batch = db.batch()
    for number in range(100):
        batch.set(db.document(f"meters/m{number % 7}/log/l{number:03}"), {"n": number})
    batch.commit()
    partitions = list(db.collection_group("log").get_partitions(4))
    assert len(partitions) == 5
    parts = [[each.get("n") for each in part.query().stream()] for part in partitions]
    assert sorted(n for part in parts for n in part) == list(range(100))
    assert all(15 <= len(part) <= 25 for part in parts)


def test_the_asyncio_client(connect: Any, firestore: Any, project: str) -> None:
    async def use() -> None:
        db = connect("AsyncClient", project=project)
        document = db.document("a/b")
        await document.set({"n": 1})

        async def increment(transaction: Any) -> None:
            n = (await document.get(transaction=transaction)).get("n")
            transaction.update(document, {"n": n + 1})

        transactional = firestore.async_transactional(increment)
        await asyncio.gather(*(transactional(db.transaction()) for _ in range(5)))
        assert (await document.get()).get("n") == 6
        assert [each.id async for each in db.collection("a").stream()] == ["b"]

    asyncio.run(use())


def test_clients_with_an_id_token_are_denied(db: Any, emulator: Any) -> None:
    from google.cloud.firestore_v1.types import firestore  # noqa: PLC0415

    with grpc.insecure_channel(emulator.address) as channel:
        call = channel.unary_unary("/google.firestore.v1.Firestore/GetDocument")
        request = firestore.GetDocumentRequest(name=f"{db._database_string}/documents/a/b")
        with pytest.raises(grpc.RpcError) as caught:
            call(
                firestore.GetDocumentRequest.serialize(request),
                metadata=[("authorization", "Bearer header.claims.signature")],
                timeout=5,
            )
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_pipelines_are_not_implemented(db: Any) -> None:
    with pytest.raises(exceptions.MethodNotImplemented):
        list(db.pipeline().collection("a").stream())


def test_all_descendants_of_a_collection_by_a_range_of_names(tree: Any, emulator: Any) -> None:
    """How clients of other languages delete a collection with all that lies below it."""
    from google.cloud.firestore_v1.types import firestore, query  # noqa: PLC0415

    root = f"{tree._database_string}/documents"
    lowest = "__id-9223372036854775808__"
    bounds = ((4, f"{root}/users/{lowest}"), (1, f"{root}/users\0/{lowest}"))
    filters = [
        {
            "field_filter": {
                "field": {"field_path": "__name__"},
                "op": op,
                "value": {"reference_value": name},
            }
        }
        for op, name in bounds
    ]
    structured = query.StructuredQuery(
        {
            "from_": [{"all_descendants": True}],
            "where": {"composite_filter": {"op": 1, "filters": filters}},
        }
    )
    with grpc.insecure_channel(emulator.address) as channel:
        call = channel.unary_stream(
            "/google.firestore.v1.Firestore/RunQuery",
            request_serializer=firestore.RunQueryRequest.serialize,
            response_deserializer=firestore.RunQueryResponse.deserialize,
        )
        request = firestore.RunQueryRequest(parent=root, structured_query=structured)
        found = [each.document.name[len(root) + 1 :] for each in call(request, timeout=5)]
    assert found == ["users/gone/orders/o1", "users/u1", "users/u2"]
