"""What the use cases need from the store so that two people can decide together."""

from __future__ import annotations

from typing import Protocol

from lipamita.domain.two_people import Proposal
from lipamita.use_cases.records import Versioned


class ProposalStore(Protocol):
    """``proposals``."""

    def read_proposal(self, subject: str) -> Versioned[Proposal | None]:
        """What was proposed about the subject, if anything was."""
        ...

    def replace_proposal(
        self, subject: str, old: Versioned[Proposal | None], new: Proposal
    ) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...
