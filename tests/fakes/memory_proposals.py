"""Proposals in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.two_people import Proposal
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryProposals(MemoryNodes):
    """Implements use_cases.proposal_ports.ProposalStore."""

    proposals: dict[str, Proposal] = field(default_factory=dict)

    def read_proposal(self, subject: str) -> Versioned[Proposal | None]:
        return Versioned(self.proposals.get(subject), self._tag(f"proposals/{subject}"))

    def replace_proposal(
        self, subject: str, old: Versioned[Proposal | None], new: Proposal
    ) -> bool:
        path = f"proposals/{subject}"
        if self._tag(path) != old.tag:
            return False
        self._write(path, lambda: self.proposals.update({subject: new}))
        return True
