"""What the use cases need from the store to publish tariffs."""

from __future__ import annotations

from typing import Protocol

from lipamita.domain.tariff_terms import TariffTerms
from lipamita.domain.units import Millis


class TariffStore(Protocol):
    """``tariffs`` as published."""

    def create_tariff(self, terms: TariffTerms) -> bool:
        """Create if absent by tariff_id; False if it was there."""
        ...

    def add_tariff_version(
        self, terms: TariffTerms, *, valid_from_ms: Millis, now_ms: Millis
    ) -> bool:
        """Add or replace the version of that time, by compare-and-set; False if too many wait."""
        ...
