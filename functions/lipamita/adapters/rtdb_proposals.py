"""``proposals`` in the database: the first of two people's word."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.ids import Uid
from lipamita.domain.two_people import Proposal
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class RtdbProposals(RtdbNodes):
    """Implements use_cases.proposal_ports.ProposalStore."""

    def read_proposal(self, subject: str) -> Versioned[Proposal | None]:
        path = f"proposals/{subject}"
        node, tag = self.at(path).get(etag=True)
        return Versioned(None if node is None else _proposal(Fields.of(path, node)), tag)

    def replace_proposal(
        self, subject: str, old: Versioned[Proposal | None], new: Proposal
    ) -> bool:
        node = {"by": new.by, "what": new.what, "why": new.why, "at": new.at_ms}
        written, _, _ = self.at(f"proposals/{subject}").set_if_unchanged(old.tag, node)
        return bool(written)


def _proposal(fields: Fields) -> Proposal:
    return Proposal(
        by=Uid(fields.text("by")),
        what=fields.text("what"),
        why=fields.text("why"),
        at_ms=Millis(fields.whole("at")),
    )
