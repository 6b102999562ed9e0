"""What the log must never say."""

from __future__ import annotations

import json

import pytest
from lipamita.adapters import log
from lipamita.adapters.log import StructuredLog
from lipamita.domain.evidence import PushAcknowledged
from lipamita.domain.ids import path_key
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.records import RawCallback

from tests.unit.lipamita.domain.samples import CHECKOUT, NOW, TRANSACTION, a_payment

KEY = path_key("s" * 32, TRANSACTION)


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    return out + err


def test_a_failed_request_is_logged_without_the_secret_of_its_path(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.request_failed(f"/daraja/callback/{TRANSACTION}/{KEY}", ValueError("x"))
    said = printed(capsys)
    assert TRANSACTION in said
    assert KEY not in said


def test_a_line_is_one_json_object_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log.alarm(Alarm(kind="forged_callback", detail="wrong key"), TRANSACTION)
    line = json.loads(printed(capsys))
    assert (line["severity"], line["message"], line["kind"], line["transaction_id"]) == (
        "ERROR",
        "alarm",
        "forged_callback",
        TRANSACTION,
    )


def test_darajas_request_ids_are_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    answer = PushAcknowledged(
        merchant_request_id="29115-1", checkout_request_id=CHECKOUT, customer_message="ok"
    )
    StructuredLog().push_answered(TRANSACTION, answer)
    StructuredLog().payment_requested(a_payment())
    StructuredLog().payment_moved(a_payment(), a_payment())
    assert not {CHECKOUT, "29115-1"} & set(printed(capsys).split('"'))


def test_a_callbacks_body_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    callback = RawCallback(
        evidence_id="e1",
        body='{"PhoneNumber": 254712345678}',
        received_at_ms=NOW,
        remote_address="196.201.212.69",
        content_type="application/json",
    )
    StructuredLog().callback_recorded(TRANSACTION, callback)
    assert "254712345678" not in printed(capsys)
