"""Publish a tariff, or a new version of one that is valid from a time to come."""

from __future__ import annotations

from lipamita.domain.errors import ConflictError, InvalidInputError
from lipamita.domain.meter import Caller
from lipamita.domain.registration import check_admin
from lipamita.domain.tariff_terms import TariffTerms
from lipamita.domain.units import Millis
from lipamita.use_cases.world import World


def publish_tariff(
    terms: TariffTerms, valid_from_ms: Millis | None, caller: Caller, world: World
) -> Millis:
    """From when it is valid. A version of the same time is written over until then.

    Raises ForbiddenError (admin_only), InvalidInputError (invalid_valid_from_ms: a version must
    begin in the future), ConflictError (too_many_versions), BusyError.
    """
    check_admin(caller)
    now_ms = world.clock()
    is_new = world.store.create_tariff(terms)  # by tariff_id; a tariff that stands is left alone
    if is_new:
        return now_ms
    if valid_from_ms is None or valid_from_ms <= now_ms:
        raise InvalidInputError(
            "invalid_valid_from_ms",
            "valid_from_ms must be a time to come: the tariff exists, and prices that were quoted "
            "stand",
            field="valid_from_ms",
        )
    if not world.store.add_tariff_version(terms, valid_from_ms=valid_from_ms, now_ms=now_ms):
        raise ConflictError(
            "too_many_versions", "too many versions of this tariff wait for their time"
        )
    return valid_from_ms
