"""The invariant: for each receipt M-Pesa issued, credited once, refunded once, or waiting where a
person sees it.

The simulator's ledger and the meters' own totals are the judges. They share no code with the
functions: this module reads the simulator, the meters' output and the raw database.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.journeys.judge_places import check_places
from tools.lab.stack import SEED, Stack

CREDITED = ("queued", "delivered", "withdrawn")
COMES_IN = ("stk", "c2b")
IN_FLIGHT = ("sending", "sent", "unknown", "review")


def check_invariant(stack: Stack) -> None:
    """Raises AssertionError naming the receipt, the transaction or the meter that is wrong."""
    stack.run_schedule()  # what a trigger has begun, the schedule ends
    transactions = check_books(stack)
    given, taken = (
        {key: node for key, node in transactions.items() if node["product"] == product}
        for product in ("energy_given", "energy_taken")
    )
    credited = {
        transaction_id: node
        for transaction_id, node in transactions.items()
        if node["delivery"]["status"] in CREDITED and transaction_id not in taken
    }
    rows = stack.simulator.receipts()
    receipts = [row for row in rows if row["channel"] in COMES_IN]
    _each_receipt_is_in_one_place(stack, receipts, transactions)
    _adjustments_are_no_money(stack, given, taken)
    sold = {key: node for key, node in credited.items() if key not in given}
    _nothing_is_credited_without_a_receipt(stack, receipts, sold)
    energy = {key: node for key, node in credited.items() if "meter_id" in node}
    _the_registers_hold_what_was_sold(stack, energy)
    _the_meters_applied_what_was_delivered(stack, energy)
    check_places(stack, transactions)
    _what_left_is_what_was_refunded(stack, rows)


def _adjustments_are_no_money(stack: Stack, given: dict[str, Any], taken: dict[str, Any]) -> None:
    """Energy that staff gave or took: on the books without a cent, with who said so and why."""
    ledger = stack.record.collections().get("ledger", {})
    for transaction_id, node in (given | taken).items():
        done = node["delivery"]["status"] in ("delivered", "withdrawn")
        entry = ledger.get(f"{transaction_id}_adjusted")
        assert (entry is not None) == done, transaction_id
        assert "mpesa_receipt" not in node, transaction_id
        assert node["history"]["h01"]["source"], transaction_id
        assert f"{transaction_id}_sold" not in ledger, transaction_id
        if entry is not None:
            energy_wh = node["quote"]["energy_wh"] * (1 if transaction_id in given else -1)
            expected = {"energy_delivered": energy_wh, "energy_given": -energy_wh}
            assert (entry.get("cents", {}), entry["energy_wh"]) == ({}, expected), transaction_id


def _what_left_is_what_was_refunded(stack: Stack, rows: list[dict[str, Any]]) -> None:
    """M-Pesa's books: of no receipt more than it brought, and what each refund says, once."""
    refunds = stack.database.get("refunds") or {}
    left: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["channel"] == "reversal":
            left[row["account_reference"]] += row["amount"]
        elif row["channel"] == "b2c":
            own_ids = row["conversation_ids"]
            [mine] = [node for node in refunds.values() if node.get("own_id") in own_ids]
            left[mine["mpesa_receipt"]] += row["amount"]
    brought = {row["receipt"]: row["amount"] for row in rows if row["channel"] in COMES_IN}
    for receipt, amount_kes in left.items():
        assert amount_kes <= brought[receipt], f"{receipt}: more went back than came"
    for receipt in {node["mpesa_receipt"] for node in refunds.values()} | set(left):
        mine = [node for node in refunds.values() if node["mpesa_receipt"] == receipt]
        said = sum(node["amount"] for node in mine if node["status"] == "refunded")
        open_too = sum(node["amount"] for node in mine if node["status"] in IN_FLIGHT)
        assert said <= left[receipt] <= said + open_too, f"{receipt}: {left[receipt]} left, {mine}"


def check_books(stack: Stack) -> dict[str, Any]:
    """The double-entry ledger sums to zero, and says of each payment what was paid for it.

    Returns all payments by id, those in the record included.
    """
    stack.run_schedule("archive")
    record = stack.record.collections()
    ledger = record.get("ledger", {})
    summed: dict[str, int] = defaultdict(int)
    for entry_id, entry in ledger.items():
        for unit in ("cents", "energy_wh"):
            assert sum(entry[unit].values()) == 0, f"{entry_id} does not balance"
            for account, amount in entry[unit].items():
                summed[f"{unit} {account}"] += amount
    kept: dict[str, int] = defaultdict(int)
    for shard in record.get("ledger_days", {}).values():
        for unit in ("cents", "energy_wh"):
            for account, amount in shard.get(unit, {}).items():
                kept[f"{unit} {account}"] += amount
    assert _not_zero(kept) == _not_zero(summed), "the kept totals are not those of the entries"
    payments = record.get("payments", {}) | (stack.database.get("transactions") or {})
    for transaction_id, node in payments.items():
        adjusted = node["product"] in ("energy_given", "energy_taken")
        if node["delivery"]["status"] in CREDITED and not adjusted:
            _booked(transaction_id, node, ledger)
    return payments


def _not_zero(sums: dict[str, int]) -> dict[str, int]:
    return {account: amount for account, amount in sums.items() if amount}


def _booked(transaction_id: str, node: dict[str, Any], ledger: dict[str, Any]) -> None:
    sold = ledger.get(f"{transaction_id}_sold")
    assert sold is not None, f"{transaction_id} was credited, but is not on the books"
    assert sold["cents"]["suspense"] == node["amount"] * 100, transaction_id
    assert sold["energy_wh"].get("energy_owed", 0) == node["quote"]["energy_wh"], transaction_id
    delivered = f"{transaction_id}_delivered" in ledger
    assert delivered == (node["delivery"]["status"] in ("delivered", "withdrawn")), transaction_id
    receipt = node.get("mpesa_receipt")
    if receipt is not None:
        names = ("received", "corrected", "received_reversed", "received_reversed_reversed")
        parts = [f"{receipt}_{name}" for name in names]
        came = sum(ledger[part]["cents"]["paybill_float"] for part in parts if part in ledger)
        assert came == node["amount"] * 100, f"receipt {receipt} is on the books with {came}"


def _each_receipt_is_in_one_place(
    stack: Stack, receipts: list[dict[str, Any]], transactions: dict[str, Any]
) -> None:
    for row in receipts:
        mine = [
            (transaction_id, node)
            for transaction_id, node in transactions.items()
            if (
                row["checkout_request_id"] is not None
                and row["checkout_request_id"] == _checkout_request_id(stack, transaction_id)
            )
            or row["receipt"] == node.get("mpesa_receipt")
            or (
                _checkout_request_id(stack, transaction_id) is None
                and _told_on_its_path(stack, transaction_id, row["receipt"])
            )
        ]
        places = [
            place
            for transaction_id, node in mine
            if (place := _place(stack, transaction_id, node)) is not None
        ]
        places += _waiting_confirmations(stack, row["receipt"])
        assert len(places) == 1, f"receipt {row['receipt']} is in {places}, {mine}"


def _checkout_request_id(stack: Stack, transaction_id: str) -> str | None:
    known: str | None = stack.database.get(f"prompts/{transaction_id}/checkout_request_id")
    return known


def _told_on_its_path(stack: Stack, transaction_id: str, receipt: str) -> bool:
    stored = stack.database.get(f"callbacks/{transaction_id}") or {}
    return any(receipt in row["body"] for row in stored.values())


def _waiting_confirmations(stack: Stack, receipt: str) -> list[str]:
    """A confirmation that no transaction owns yet waits in suspense, or is due."""
    item = stack.database.get(f"suspense/{receipt}")
    if item and item["status"] in ("refunding", "refunded"):
        return [f"suspense, {item['status']}"]
    if item and "moved_from" in item:  # its claim waits for whoever it is assigned to
        return ["suspense"] if item["status"] == "open" else []
    node = stack.database.get(f"confirmations/{receipt}")
    if node is None or stack.database.get(f"receipts/{receipt}") is not None:
        return []
    if node.get("outcome") == "suspense":
        item = stack.database.get(f"suspense/{receipt}")
        return ["suspense"] if item and item["status"] == "open" else []
    return ["confirmation, due"] if "next_check_at" in node else []


def _place(stack: Stack, transaction_id: str, node: dict[str, Any]) -> str | None:
    if node["delivery"]["status"] in CREDITED:
        return f"credited by {transaction_id}"
    if node["status"] in ("refunding", "refunded"):
        return f"{node['status']}, {transaction_id}"
    if node["status"] == "review":
        review = stack.database.get(f"reviews/{transaction_id}")
        return f"review of {transaction_id}" if review and review["status"] == "open" else None
    due = node.get("next_check_at") is not None
    return f"open {transaction_id}, due" if due else None


def _nothing_is_credited_without_a_receipt(
    stack: Stack, receipts: list[dict[str, Any]], credited: dict[str, Any]
) -> None:
    by_prompt = {row["checkout_request_id"]: row for row in receipts if row["channel"] == "stk"}
    by_receipt = {row["receipt"]: row for row in receipts}
    for transaction_id, node in credited.items():
        row = by_receipt.get(node.get("mpesa_receipt")) or by_prompt.get(
            _checkout_request_id(stack, transaction_id)
        )
        assert row is not None, f"{transaction_id} was credited, but nobody paid"
        assert int(row["amount"]) == node["amount"], f"{transaction_id}: another amount was paid"


def _the_registers_hold_what_was_sold(stack: Stack, credited: dict[str, Any]) -> None:
    sold_wh: dict[str, int] = defaultdict(int)
    for node in credited.values():
        sold_wh[node["meter_id"]] += node["quote"]["energy_wh"]
    for meter_id, before_wh in _credited_in_the_seed().items():
        register = stack.database.get(f"meter_registers/{meter_id}")
        assert register["credited_total_wh"] - before_wh == sold_wh[meter_id], meter_id


def _the_meters_applied_what_was_delivered(stack: Stack, credited: dict[str, Any]) -> None:
    last_total_wh: dict[str, int] = {}
    for meter in stack.meters:
        for event in [
            *meter.events("started"),
            *meter.events("restored"),
            *meter.events("committed"),
        ]:
            meter_id = meter.settings.meter_id
            last_total_wh[meter_id] = max(
                last_total_wh.get(meter_id, 0), event["credited_total_wh"]
            )
        for event in meter.events("reported"):  # a command that restores says no total
            meter_id = meter.settings.meter_id
            left_wh = event["balance_wh"] + event["consumed_total_wh"]
            last_total_wh[meter_id] = max(last_total_wh.get(meter_id, 0), left_wh)
    before_wh = _credited_in_the_seed()
    for meter_id, total_wh in last_total_wh.items():
        mine = [node for node in credited.values() if node["meter_id"] == meter_id]
        delivered_wh = sum(
            node["quote"]["energy_wh"] for node in mine if node["delivery"]["status"] == "delivered"
        )
        queued_wh = sum(node["quote"]["energy_wh"] for node in mine) - delivered_wh
        applied_wh = total_wh - before_wh[meter_id]
        assert delivered_wh <= applied_wh <= delivered_wh + queued_wh, meter_id


def _credited_in_the_seed() -> dict[str, int]:
    [export] = Path(SEED, "database_export").glob("*.json")
    registers: dict[str, Any] = json.loads(export.read_text())["meter_registers"]
    return {meter_id: node["credited_total_wh"] for meter_id, node in registers.items()}
