"""``query_pace`` in the database."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.query_pace import QueryPace
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class RtdbQueryPace(RtdbNodes):
    """Implements use_cases.query_ports.PaceStore."""

    def read_query_pace(self, sender: str) -> Versioned[QueryPace]:
        path = f"query_pace/{sender}"
        node, tag = self.at(path).get(etag=True)
        fields = Fields.of(path, node or {})
        asked = fields.child("asked")
        return Versioned(
            QueryPace(
                asked_ms=tuple(Millis(asked.whole(slot)) for slot in sorted(asked.node)),
                paused_until_ms=Millis(fields.whole_or("paused_until", 0)),
                strikes=fields.whole_or("strikes", 0),
            ),
            tag,
        )

    def replace_query_pace(self, sender: str, old: Versioned[QueryPace], new: QueryPace) -> bool:
        node = {
            "asked": {f"q{index}": at_ms for index, at_ms in enumerate(new.asked_ms)},
            "paused_until": new.paused_until_ms,
            "strikes": new.strikes,
        }
        written, _, _ = self.at(f"query_pace/{sender}").set_if_unchanged(old.tag, node)
        return bool(written)
