"""Log lines about claims. Codes, keys and passwords never get this far."""

from __future__ import annotations

from firebase_functions import logger

from lipamita.domain.claim import Claim
from lipamita.domain.ids import MeterId


class ClaimLines:
    """Implements use_cases.claim_ports.ClaimLog."""

    def claim_created(self, meter_id: MeterId, claim: Claim) -> None:
        logger.info(
            "claim created",
            meter_id=meter_id,
            hardware_id=claim.hardware_id,
            created_by=claim.created_by,
        )

    def claim_taken(self, meter_id: MeterId, claim: Claim) -> None:
        logger.info(
            "claim taken",
            meter_id=meter_id,
            hardware_id=claim.hardware_id,
            device_uid=claim.device_uid or "",
        )

    def claim_refused(self, meter_id: MeterId, why: str, remote_address: str) -> None:
        logger.warn("claim refused", meter_id=meter_id, why=why, remote_address=remote_address)

    def claim_completed(self, meter_id: MeterId, claim: Claim) -> None:
        logger.info("claim completed", meter_id=meter_id, device_uid=claim.device_uid or "")
