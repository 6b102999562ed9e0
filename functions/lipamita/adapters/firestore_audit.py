"""The audit over google-cloud-firestore: ``audit/{seq}`` and its head in ``books/audit``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lipamita.adapters.fields import Fields
from lipamita.adapters.firestore_client import asked, firestore_client
from lipamita.domain.audit import EMPTY, AuditEntry, AuditRecord, Head, Phase, chained
from lipamita.domain.errors import BusyError, UnreadableError
from lipamita.domain.units import Millis
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES

HEAD = "books/audit"
SEQ_DIGITS = 12  # so that ids sort as numbers


class FirestoreAudit:
    """Implements use_cases.audit_ports.AuditTrail. One is shared by all threads of a process."""

    def __init__(self, project_id: str) -> None:
        self._project_id = project_id

    def append(self, entry: AuditEntry) -> AuditRecord:
        """The entry and the head in one commit; creating ``audit/{seq}`` fails for all but one.

        A commit whose answer was lost is repeated by the client: then its own record stands.
        """
        from google.api_core.exceptions import Aborted, AlreadyExists  # noqa: PLC0415

        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            record = chained(entry, self.head())
            batch = self._client().batch()
            batch.create(self._at(record.seq), record_to_json(record))
            batch.set(self._client().document(HEAD), {"seq": record.seq, "hash": record.hash})
            try:
                asked(batch.commit)
            except (Aborted, AlreadyExists):
                if self.walk(after_seq=record.seq - 1, limit=1) != [record]:
                    continue
            return record
        raise BusyError("busy", "too many write to the audit at once; try again")

    def head(self) -> Head:
        read = self._client().document(HEAD).get
        return _head(asked(read).to_dict())

    def page(
        self, *, before_seq: int | None, target: str | None, limit: int
    ) -> Sequence[AuditRecord]:
        query = self._client().collection("audit")
        if target is not None:
            query = query.where(filter=_filter("target", "==", target))
        query = query.order_by("seq", direction="DESCENDING").limit(limit)
        if before_seq is not None:
            query = query.start_after({"seq": before_seq})
        return self._records(query)

    def walk(self, *, after_seq: int, limit: int) -> Sequence[AuditRecord]:
        query = self._client().collection("audit").where(filter=_filter("seq", ">", after_seq))
        return self._records(query.order_by("seq").limit(limit))

    def _records(self, query: Any) -> Sequence[AuditRecord]:
        found = asked(lambda **limits: list(query.stream(**limits)))
        return [record_from_json(snapshot.id, snapshot.to_dict()) for snapshot in found]

    def _at(self, seq: int) -> Any:
        return self._client().document(f"audit/{seq:0{SEQ_DIGITS}}")

    def _client(self) -> Any:
        return firestore_client(self._project_id)


def record_to_json(record: AuditRecord) -> dict[str, object]:
    """The document of a record; absent fields are left out."""
    entry: dict[str, object] = asdict(record.entry)
    entry["at"] = entry.pop("at_ms")
    entry["phase"] = record.entry.phase.value
    node = {
        "seq": record.seq,
        **entry,
        "previous_hash": record.previous_hash,
        "hash": record.hash,
    }
    return {name: value for name, value in node.items() if value is not None}


def record_from_json(key: str, node: object) -> AuditRecord:
    """The record in that document. Raises UnreadableError."""
    fields = Fields.of(f"audit/{key}", node)
    phase = fields.text("phase")
    if phase not in set(Phase):
        raise UnreadableError("unreadable_node", f"{fields.path}/phase is {phase!r}")
    return AuditRecord(
        seq=fields.whole("seq"),
        entry=AuditEntry(
            phase=Phase(phase),
            at_ms=Millis(fields.whole("at")),
            actor=fields.text("actor"),
            role=fields.text("role"),
            remote_address=fields.text("remote_address"),
            action=fields.text("action"),
            target=fields.text("target"),
            request=fields.optional_text("request"),
            before=fields.optional_text("before"),
            after=fields.optional_text("after"),
            result=fields.optional_text("result"),
            intent_seq=fields.optional_whole("intent_seq"),
        ),
        previous_hash=fields.text("previous_hash"),
        hash=fields.text("hash"),
    )


def _head(node: dict[str, object] | None) -> Head:
    if node is None:
        return EMPTY
    fields = Fields.of(HEAD, node)
    return Head(seq=fields.whole("seq"), hash=fields.text("hash"))


def _filter(name: str, comparison: str, value: object) -> Any:
    from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415

    return FieldFilter(name, comparison, value)
