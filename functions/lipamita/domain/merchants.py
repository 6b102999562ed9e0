"""Whose money a payment is: the estate's main short code, or one of a site's own.

A short code names a merchant for good, also after a site was renamed. ``sender`` names the Daraja
app whose keys are used: merchants of one app share its access token and its query allowance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAIN_SENDER = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMerchant:
    """A site's own PayBill or Till. ``party_b`` is the till number, or the short code again."""

    short_code: str
    party_b: str
    sender: str = MAIN_SENDER
    pull: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchants:
    """Which site is paid under which short code; every other site under the main one."""

    by_site: Mapping[str, SiteMerchant] = field(default_factory=dict)
    main_codes: frozenset[str] = frozenset()  # the main short code and its till number

    def is_ours(self, code: str | None) -> bool:
        """Whether money paid to that code is paid to us."""
        return code is not None and code in self.main_codes | self.codes

    def of_site(self, site: str | None) -> str | None:
        """The short code of that site; None for the main one."""
        merchant = self.by_site.get(site or "")
        return None if merchant is None else merchant.short_code

    def of_code(self, code: str | None) -> str | None:
        """The short code behind a short code or till number; None for the main one."""
        for merchant in self.by_site.values():
            if code in (merchant.short_code, merchant.party_b):
                return merchant.short_code
        return None

    def sender(self, short_code: str | None) -> str:
        """Whose turns and token a merchant uses."""
        for merchant in self.by_site.values():
            if merchant.short_code == short_code:
                return merchant.sender
        return MAIN_SENDER

    @property
    def pulled(self) -> tuple[str | None, ...]:
        """Who may be asked by Pull besides: the main one, and the sites that say so."""
        return (None, *(one.short_code for one in self.by_site.values() if one.pull))

    @property
    def codes(self) -> frozenset[str]:
        """Every short code and till number of the sites."""
        found = ((one.short_code, one.party_b) for one in self.by_site.values())
        return frozenset(code for pair in found for code in pair)


ONE_MERCHANT = Merchants()
