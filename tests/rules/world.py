"""The small tree every attempt starts from: three meters, payments, one of everything else."""

import copy

EARLIER = 1_750_000_000_000
PAID = "-Oworld0000000000001"
WAITING = "-Oworld0000000000002"
LATER = "-Oworld0000000000003"
THEIRS = "-Oworld0000000000004"
ORDER = "aa11"
COMMAND = "-Oworld0000000000005"
DONE_COMMAND = "-Oworld0000000000006"
BEFORE = "-Oworld0000000000007"
SINCE = "-Oworld0000000000008"
RECEIPT = "UKL0DEMO01"
LIST_KEY = "l1"


def world() -> dict[str, object]:
    """A fresh copy of the tree.

    MTR-001 was sold 30,000 Wh in three entries: the first is acknowledged, two wait. Its
    reported sequence covers the second but not the third: one acknowledgement is due, one early.
    """
    return copy.deepcopy(_WORLD)


def _entry(sequence: int, credited_total_wh: int, energy_wh: int) -> dict[str, object]:
    return {
        "amount": 150,
        "energy_wh": energy_wh,
        "sequence": sequence,
        "credited_total_wh": credited_total_wh,
        "mac": "ab" * 32,
        "created_at": EARLIER,
        "processed": False,
    }


def _payment(user_id: str, meter_id: str) -> dict[str, object]:
    return {
        "user_id": user_id,
        "meter_id": meter_id,
        "product": "electricity",
        "amount": 150,
        "phone_number": "2547******01",
        "channel": "stk",
        "status": "paid",
        "mpesa_receipt": RECEIPT,
        "quote": {"tariff_id": "domestic", "lines": {LIST_KEY: {"name": "Energy", "cents": 15000}}},
        "delivery": {"kind": "esp32", "status": "queued", "energy_wh": 10000},
        "history": {"h1": {"at": EARLIER, "from": "", "to": "created", "cause": "accepted"}},
        "timestamp": EARLIER,
        "next_check_at": EARLIER,
    }


_WORLD: dict[str, object] = {
    "users": {
        "tenant-amina": {
            "name": "Amina Demo",
            "email": "amina@tenants.example",
            "phone_number": "254700000001",
            "meter_no": "MTR-001",
            "latest_transaction_id": PAID,
            "language": "en",
            "notifications": {"payment": True, "low_credit": True},
        },
        "tenant-brian": {"name": "Brian Demo", "meter_no": "MTR-002", "language": "sw"},
    },
    "meters": {
        "MTR-001": {
            "name": "House A1",
            "kind": "esp32",
            "owner_uid": "tenant-amina",
            "device_uid": "device-mtr-001",
            "tariff_id": "domestic",
            "site": "Court",
            "current_balance": 10500,
            "consumption_rate": 340,
            "energy_consumed_total": 9500,
            "credited_total": 20000,
            "withdrawn_total": 0,
            "sequence": 2,
            "status": {
                "online": True,
                "switch": "connected",
                "supply": "on",
                "firmware": "0.1.0",
                "rssi": -61,
                "last_seen": EARLIER,
                "boot_count": 3,
                "reason": "credit",
            },
            "alerts": {
                "a1": {"kind": "low_credit", "raised_at": EARLIER, "value": 900},
                "a2": {
                    "kind": "tamper",
                    "raised_at": EARLIER,
                    "cleared_at": EARLIER + 5,
                    "value": 1,
                },
                "srv-1": {"kind": "registers_fell", "raised_at": EARLIER},
            },
            "pending_recharge": {
                PAID: {
                    **_entry(1, 10000, 10000),
                    "processed": True,
                    "processed_at": EARLIER,
                    "balance_after": 9000,
                },
                WAITING: _entry(2, 20000, 10000),
                LATER: _entry(3, 30000, 10000),
            },
            "commands": {
                COMMAND: {
                    "kind": "connect",
                    "sequence": 1,
                    "mac": "cd" * 32,
                    "created_at": EARLIER,
                },
                DONE_COMMAND: {
                    "kind": "connect",
                    "sequence": 1,
                    "mac": "cd" * 32,
                    "created_at": EARLIER,
                    "done_at": EARLIER,
                    "result": "ok",
                },
            },
        },
        "MTR-002": {
            "name": "House A2",
            "kind": "esp32",
            "owner_uid": "tenant-brian",
            "device_uid": "device-mtr-002",
            "tariff_id": "domestic",
            "site": "Court",
        },
        "MTR-004": {
            "name": "House A4",
            "kind": "esp32",
            "owner_uid": "tenant-brian",
            "owner_since": EARLIER + 10,
            "owned_from": "2025-06-16",
            "tariff_id": "domestic",
        },
        "MTR-003": {"name": "House A3", "kind": "esp32", "tariff_id": "domestic", "site": "Court"},
    },
    "meter_registers": {
        "MTR-001": {
            "credited_total_wh": 30000,
            "withdrawn_total_wh": 2000,
            "sequence": 3,
            "remainder_cents": 0,
            "month": "2026-11",
            "month_wh": 30000,
            "entries": {PAID: {"sequence": 1, "credited_total_wh": 10000, "energy_wh": 10000}},
        },
        "MTR-002": {"credited_total_wh": 0, "withdrawn_total_wh": 0, "sequence": 0},
    },
    "transactions": {
        PAID: _payment("tenant-amina", "MTR-001"),
        WAITING: _payment("tenant-brian", "MTR-001"),
        THEIRS: _payment("tenant-brian", "MTR-002"),
        BEFORE: _payment("operator-grace", "MTR-004"),
        SINCE: {**_payment("operator-grace", "MTR-004"), "timestamp": EARLIER + 10},
    },
    "consumption_history": {
        "MTR-001": {"2025-06-15": {"08": 310, "09": 280}},
        "MTR-002": {"2025-06-15": {"08": 120}},
        "MTR-004": {"2025-06-15": {"08": 70}, "2025-06-16": {"08": 80}, "2025-06-17": {"08": 90}},
    },
    "tariffs": {
        "domestic": {
            "name": "Domestic",
            "currency": "KES",
            "blocks": [{"up_to_wh": 30000, "price_cents_per_kwh": 1200}],
            "vat_percent": 16,
        }
    },
    "places": {"court-1": {"name": "Tennis court", "kind": "booking", "capacity": 2}},
    "place_days": {"court-1": {"2025-06-15": {ORDER: {"starts_at": EARLIER}}}},
    "orders": {
        ORDER: {"user_id": "tenant-amina", "place_id": "court-1", "status": "held", "amount": 300},
        "bb22": {"user_id": "tenant-brian", "place_id": "court-1", "status": "held"},
    },
    "callbacks": {PAID: {"0123456789abcdef": {"received_at": EARLIER, "body": "{}"}}},
    "receipts": {RECEIPT: {"transaction_id": PAID, "claimed_at": EARLIER}},
    "idempotency": {"tenant-amina": {"aa11": {"transaction_id": PAID, "created_at": EARLIER}}},
    "suspense": {"UKL0DEMO02": {"amount": 200, "status": "open"}},
    "reviews": {PAID: {"reason": "amount_differs", "status": "open"}},
    "alarms": {"2025-06-15": {"callback_forged": {"count": 2}}},
    "notices": {"alarm-1": {"status": "waiting", "next_check_at": EARLIER}},
    "push_tokens": {"tenant-amina": {"aa11": {"token": "fcm-token", "seen_at": EARLIER}}},
    "staff": {
        "operator-grace": {"role": "operator", "given_by": "admin-hope"},
        "admin-hope": {"role": "admin", "given_by": "command-line"},
        "admin-demoted": {"role": "operator", "given_by": "admin-hope"},
    },
    "rate_limits": {"stk_push": {"tenant-amina": {"count": 1}}},
    "daraja_access_token": {"main": {"access_token": "not-a-real-token", "expires_at": EARLIER}},
}
