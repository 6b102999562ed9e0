"""Requests that no client sends: always a status that blames the caller, then life goes on."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from emulators.firestore.wire.messages import REQUESTS

ROOT = "projects/p/databases/(default)"
SERVICE = "/google.firestore.v1.Firestore/"
STREAMS = {"BatchGetDocuments", "RunQuery", "RunAggregationQuery"}
EACH = 120
FORGIVEN = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
TEXTS = [
    "",
    "x",
    ROOT,
    f"{ROOT}/documents",
    f"{ROOT}/documents/a",
    f"{ROOT}/documents/a/b",
    f"{ROOT}/documents/a/b/c",
    f"{ROOT}/documents/a//b",
    f"{ROOT}/documents/a/__x__",
    "projects/p/databases/(default)/documents/" + "/".join("ab" * 101),
    "projects//databases//documents/a/b",
    "a.b",
    "`",
    "`a`.b.",
    "a..b",
    "__name__",
    "é" * 800,
    "\x00",
]


@pytest.fixture(scope="module")
def channel(emulator: Any) -> Iterator[Any]:
    with grpc.insecure_channel(emulator.address) as channel:
        yield channel


def status(channel: Any, method: str, data: bytes) -> Any:
    """How the emulator answered: OK or the code."""
    try:
        if method in STREAMS:
            for _ in channel.unary_stream(SERVICE + method)(data, timeout=10):
                pass
        elif method == "Listen":
            answers = channel.stream_stream(SERVICE + method)(iter([data]), timeout=10)
            for _ in answers:
                pass
        else:
            channel.unary_unary(SERVICE + method)(data, timeout=10)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("method", sorted(REQUESTS))
def test_bytes_that_are_no_request(channel: Any, method: str) -> None:
    for data in (b"\xff\xff", b"\x0a\x05abc", b"\x00", b"\x0a\x02\xff\xfe"):
        assert status(channel, method, data) is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("method", sorted(REQUESTS))
def test_empty_requests(channel: Any, method: str) -> None:
    assert status(channel, method, b"") is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("method", sorted(REQUESTS))
def test_requests_of_random_fields(channel: Any, method: str) -> None:
    """Fields of the right types with senseless contents, named databases in most of them."""
    chance = random.Random(f"requests of {method}")
    codes: Counter[Any] = Counter()
    for _ in range(EACH):
        request = REQUESTS[method]()
        fill(request, chance, 0)
        for name in ("database", "parent"):
            if name in request.DESCRIPTOR.fields_by_name and chance.random() < 0.8:
                setattr(request, name, ROOT if name == "database" else f"{ROOT}/documents")
        codes[status(channel, method, request.SerializeToString())] += 1
    assert set(codes) <= FORGIVEN | {grpc.StatusCode.OK}, codes


@pytest.mark.parametrize("method", sorted(REQUESTS))
def test_requests_with_flipped_bytes(channel: Any, method: str) -> None:
    chance = random.Random(f"bytes of {method}")
    codes: Counter[Any] = Counter()
    for _ in range(EACH // 2):
        request = REQUESTS[method]()
        fill(request, chance, 0)
        data = bytearray(request.SerializeToString())
        for _ in range(chance.randint(1, 4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        codes[status(channel, method, bytes(data))] += 1
    assert set(codes) <= FORGIVEN | {grpc.StatusCode.OK}, codes


def test_requests_beyond_ten_mebibytes(channel: Any) -> None:
    request = REQUESTS["Commit"](database=ROOT)
    for number in range(11):
        write = request.writes.add()
        write.update.name = f"{ROOT}/documents/a/{number}"
        write.update.fields["t"].string_value = "x" * (1024 * 1024 - 200)
    answer = status(channel, "Commit", request.SerializeToString())
    assert answer is grpc.StatusCode.INVALID_ARGUMENT


def test_deep_nesting(channel: Any) -> None:
    request = REQUESTS["RunQuery"](parent=f"{ROOT}/documents")
    request.structured_query.from_.add(collection_id="a")
    inner = request.structured_query.where
    for _ in range(40):
        inner.composite_filter.op = 1
        inner = inner.composite_filter.filters.add()
    inner.unary_filter.op = 3
    inner.unary_filter.field.field_path = "a"
    answer = status(channel, "RunQuery", request.SerializeToString())
    assert answer is grpc.StatusCode.INVALID_ARGUMENT


def test_the_next_request_works(channel: Any) -> None:
    request = REQUESTS["Commit"](database=ROOT)
    assert status(channel, "Commit", request.SerializeToString()) is grpc.StatusCode.OK


def fill(message: Any, chance: random.Random, depth: int) -> None:
    """Set some of a message's fields, at random."""
    for field in message.DESCRIPTOR.fields:
        if chance.random() < 0.35 + 0.1 * depth:
            continue
        if field.message_type is not None and depth > 6:
            continue
        target = getattr(message, field.name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value_field = field.message_type.fields_by_name["value"]
            if value_field.message_type is not None:
                fill(target[chance.choice(TEXTS)], chance, depth + 1)
        elif field.is_repeated:
            for _ in range(chance.randint(0, 3)):
                if field.message_type is not None:
                    fill(target.add(), chance, depth + 1)
                else:
                    target.append(scalar(field, chance))
        elif field.message_type is not None:
            target.SetInParent()
            fill(target, chance, depth + 1)
        else:
            setattr(message, field.name, scalar(field, chance))


def scalar(field: Any, chance: random.Random) -> Any:
    kinds = field.CPPTYPE_STRING, field.CPPTYPE_BOOL, field.CPPTYPE_ENUM
    if field.type == field.TYPE_BYTES:
        return chance.choice([b"", b"x", b"\xff" * 30])
    if field.cpp_type == kinds[0]:
        return chance.choice(TEXTS)
    if field.cpp_type == kinds[1]:
        return chance.random() < 0.5
    if field.cpp_type == kinds[2]:
        return chance.choice([*field.enum_type.values_by_number, 99])
    if field.cpp_type in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
        return chance.choice([0.0, -1.5, 91.0, float("nan"), float("inf")])
    return chance.choice([0, 1, 2, 3, 31, 2**31 - 1, -1, -(2**31)])
