"""One Daraja for several merchants: each call goes out with the keys of the one it is for."""

from __future__ import annotations

from collections.abc import Mapping

from lipamita.adapters.daraja_http import DarajaHttp
from lipamita.domain.evidence import PushAnswer, QueryAnswer
from lipamita.domain.units import Millis
from lipamita.use_cases.records import PulledRows, PushRequest


class DarajaMerchants:
    """Implements use_cases.ports.Daraja. ``own`` is by short code."""

    def __init__(self, main: DarajaHttp, own: Mapping[str, DarajaHttp]) -> None:
        self.main = main
        self.own = own

    def push(self, request: PushRequest, *, now_ms: Millis) -> PushAnswer:
        """As DarajaHttp, for the request's merchant."""
        return self._of(request.merchant).push(request, now_ms=now_ms)

    def query(
        self, checkout_request_id: str, *, now_ms: Millis, merchant: str | None = None
    ) -> QueryAnswer:
        """As DarajaHttp; not known for a merchant that is configured no more."""
        if merchant is not None and merchant not in self.own:
            said = f"short code {merchant} is not configured"
            return QueryAnswer(result_code=None, result_desc=said, asked_at_ms=now_ms)
        return self._of(merchant).query(checkout_request_id, now_ms=now_ms)

    def pull(
        self, *, from_ms: Millis, to_ms: Millis, offset: int, merchant: str | None = None
    ) -> PulledRows | None:
        """As DarajaHttp, for that merchant."""
        return self._of(merchant).pull(from_ms=from_ms, to_ms=to_ms, offset=offset)

    def _of(self, merchant: str | None) -> DarajaHttp:
        return self.main if merchant is None else self.own[merchant]
