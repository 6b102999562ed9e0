"""Every log line the functions write: one function a line, fields instead of prose.

The runtime turns each JSON line into a structured entry. ``transaction_id`` ties the lines of one
payment together. Phones come masked; bodies, tokens, keys and request ids of Daraja (which contain
the payer's number) are never logged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from firebase_functions import logger

from lipamita.adapters.claim_log import ClaimLines
from lipamita.domain.audit import AuditRecord
from lipamita.domain.command import OrderId
from lipamita.domain.evidence import PushAcknowledged, PushAnswer, QueryAnswer
from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.money_out import SendAnswer, Taken
from lipamita.domain.notice import Notice, NoticeAnswer, NoticeOutcome
from lipamita.domain.payment import Payment
from lipamita.domain.recharge import Recharge
from lipamita.domain.refund import Refund, RefundId
from lipamita.domain.retention import Shelf
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.records import RawCallback, RawConfirmation

_TRANSACTION_ID = re.compile(r"-[-0-9A-Z_a-z]{19}")
_PATH_KEY = re.compile(r"/[0-9a-f]{32}(?=/|$)")  # see domain.ids.path_key


def alarm(raised: Alarm, transaction_id: TransactionId | None) -> None:
    """Something an operator must see."""
    logger.error(
        "alarm", kind=raised.kind, detail=raised.detail, transaction_id=transaction_id or ""
    )


def request_failed(path: str, error: Exception) -> None:
    """A request that ended in an error of ours."""
    logger.error(
        "request failed", path=_without_key(path), error=f"{type(error).__name__}: {error}"
    )


def _without_key(path: str) -> str:
    """A path without the secret part of a callback's."""
    return _PATH_KEY.sub("/(key)", path)


def sign_not_noted(sign: str, error: Exception) -> None:
    """A sign of life could not be remembered; the work itself went on."""
    logger.error("sign not noted", sign=str(sign), error=type(error).__name__)


def pulled(*, rows: int, new: int, complete: bool) -> None:
    """What a Pull brought."""
    logger.info("pulled", rows=rows, new=new, complete=complete)


def looked(*, meters: int, failures: int) -> None:
    """A run over the meters that were due."""
    logger.info("meters looked at", meters=meters, failures=failures)


def access_token_refreshed(lives_s: int) -> None:
    """A new Daraja access token was fetched."""
    logger.info("access token refreshed", lives_s=lives_s)


def access_token_failed(why: str) -> None:
    """No Daraja access token could be had."""
    logger.error("access token failed", why=why)


class StructuredLog(ClaimLines):
    """Implements use_cases.ports.Log."""

    def payment_requested(self, payment: Payment) -> None:
        logger.info(
            "payment requested",
            transaction_id=payment.transaction_id,
            meter_id=payment.meter_id,
            amount_kes=payment.amount_kes,
            energy_wh=payment.quote.energy_wh,
            phone=payment.phone_masked,
        )

    def push_answered(self, transaction_id: TransactionId, answer: PushAnswer) -> None:
        why = "" if isinstance(answer, PushAcknowledged) else str(answer)
        logger.info(
            "push answered", transaction_id=transaction_id, answer=type(answer).__name__, why=why
        )

    def callback_recorded(self, transaction_id: TransactionId, callback: RawCallback) -> None:
        logger.info("callback recorded", transaction_id=transaction_id, **_as_it_came(callback))

    def payment_moved(self, before: Payment, after: Payment) -> None:
        logger.info(
            "payment moved",
            transaction_id=after.transaction_id,
            from_status=before.status.value,
            to_status=after.status.value,
            cause=after.history[-1].cause.value if after.history else "",
            mpesa_receipt=after.mpesa_receipt or "",
        )

    def query_answered(self, transaction_id: TransactionId, answer: QueryAnswer) -> None:
        logger.info(
            "query answered",
            transaction_id=transaction_id,
            result_code=answer.result_code or "",
            result_desc=answer.result_desc,
        )

    def recharge_queued(self, meter_id: MeterId, recharge: Recharge) -> None:
        logger.info(
            "recharge queued",
            transaction_id=recharge.transaction_id,
            meter_id=meter_id,
            energy_wh=recharge.energy_wh,
            sequence=recharge.sequence,
            credited_total_wh=recharge.credited_total_wh,
        )

    def recharge_closed(self, payment: Payment) -> None:
        logger.info(
            "recharge closed",
            transaction_id=payment.transaction_id,
            meter_id=payment.meter_id,
            balance_after_wh=payment.delivery.balance_after_wh or 0,
        )

    def command_sent(self, meter_id: MeterId, order_id: OrderId, kind: str) -> None:
        logger.info("command sent", meter_id=meter_id, order_id=order_id, kind=kind)

    def command_done(self, meter_id: MeterId, order_id: OrderId, result: str) -> None:
        logger.info("command done", meter_id=meter_id, order_id=order_id, result=result)

    def result_recorded(self, refund_id: RefundId, result: RawCallback) -> None:
        logger.info("result recorded", refund_id=refund_id, **_as_it_came(result))

    def inquiry_answered(self, receipt: Receipt, result: RawCallback) -> None:
        logger.info("inquiry answered", receipt=receipt, **_as_it_came(result))

    def refund_moved(self, before: Refund, after: Refund) -> None:
        logger.info(
            "refund moved",
            refund_id=after.refund_id,
            transaction_id=after.transaction_id or "",
            from_status=before.status.value,
            to_status=after.status.value,
            cause=after.history[-1].cause.value if after.history else "",
            amount_kes=after.amount_kes,
            energy_wh=after.energy_wh,
        )

    def refund_sent(self, refund: Refund, answer: SendAnswer) -> None:
        logger.info(
            "refund sent",
            refund_id=refund.refund_id,
            method=refund.method.value,
            attempt=refund.attempt,
            answer=type(answer).__name__,
            why="" if isinstance(answer, Taken) else answer.why,
        )

    def reconciled(self, *, due: int, queries: int, failures: int) -> None:
        logger.info("reconciled", due=due, queries=queries, failures=failures)

    def confirmation_recorded(self, raw: RawConfirmation) -> None:
        logger.info(
            "confirmation recorded",
            confirmation_id=raw.confirmation_id,
            channel=raw.channel,
            remote_address=raw.remote_address,
        )

    def confirmation_finished(
        self, confirmation_id: str, outcome: str, transaction_id: TransactionId | None
    ) -> None:
        logger.info(
            "confirmation finished",
            confirmation_id=confirmation_id,
            outcome=outcome,
            transaction_id=transaction_id or "",
        )

    def notice_answered(self, notice: Notice, answer: NoticeAnswer) -> None:
        logger.info(
            "notice answered",
            notice_id=notice.notice_id,
            channel=notice.channel,
            outcome=answer.outcome.value,
            why=answer.why,
            status=notice.status.value,
            attempts=notice.attempts,
            transaction_id=notice.transaction_id or "",
        )

    def pruned(self, removed: Mapping[Shelf, int]) -> None:
        logger.info("pruned", **{shelf.value: count for shelf, count in removed.items()})

    def archived(self, *, payments: int, entries: int, removed: int, failures: int) -> None:
        logger.info(
            "archived", payments=payments, entries=entries, removed=removed, failures=failures
        )

    def audit_recorded(self, record: AuditRecord) -> None:
        """The chain's end, told where nobody who can write the chain can change it."""
        logger.info(
            "audit recorded",
            seq=record.seq,
            hash=record.hash,
            action=record.entry.action,
            target=record.entry.target,
            actor=record.entry.actor,
            result=record.entry.result or "",
        )

    def work_failed(self, work_id: str, error: Exception) -> None:
        logger.error(
            "work failed",
            work_id=work_id,
            transaction_id=work_id if _TRANSACTION_ID.fullmatch(work_id) else "",
            error=f"{type(error).__name__}: {error}",
        )


class LogNotifier:
    """Implements use_cases.notice_ports.Notifier: the log is the channel, and always takes it."""

    def tell(self, notice: Notice, *, now_ms: Millis) -> NoticeAnswer:
        logger.warn(
            "notice",
            notice_id=notice.notice_id,
            kind=notice.kind,
            title=notice.title,
            body=notice.body,
            transaction_id=notice.transaction_id or "",
            waited_ms=now_ms - notice.created_at_ms,
        )
        return NoticeAnswer(outcome=NoticeOutcome.DELIVERED)


def _as_it_came(raw: RawCallback) -> dict[str, object]:
    """What a line says of a body that came in; never the body, which holds numbers of payers."""
    return {
        "evidence_id": raw.evidence_id,
        "remote_address": raw.remote_address,
        "characters": len(raw.body),
    }
