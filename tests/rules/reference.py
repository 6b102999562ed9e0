"""Who may do what, said a second time: plain functions over the tree before and after a write.

Shares nothing with database.rules.json: the rules speak of expressions at paths, this of callers,
units of writing and what a unit may become. Trees are nested dicts as the database keeps them:
no lists, no nulls, no empty dicts.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

from tests.rules.identities import Identity

Tree = dict[str, Any]
STAFF_ROLES = ("operator", "admin")
SWITCH = ("connected", "disconnected", "ready")
NOTIFICATIONS = {"payment", "low_credit", "supply", "offline"}
TOTALS = ("credited_total", "withdrawn_total", "energy_consumed_total")
SOLD = {
    "credited_total": "credited_total_wh",
    "withdrawn_total": "withdrawn_total_wh",
    "sequence": "sequence",
    "current_balance": "credited_total_wh",
}
MOST = 10**12
LEAST_BALANCE = -(10**9)
DAY_S = 86_400
DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
HOUR = re.compile(r"[01]\d|2[0-3]", re.ASCII)
ALERT_ID = re.compile(r"(?![0-9]*\Z)[A-Za-z0-9_-]{1,40}", re.ASCII)
ALERT_KIND = re.compile(r"[a-z][a-z_]{1,31}", re.ASCII)


def at(tree: Any, *keys: str) -> Any:
    """The node at those keys, None where there is none."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def normal(value: Any) -> Any:
    """A JSON value as the database keeps it."""
    if isinstance(value, list):
        value = {str(index): item for index, item in enumerate(value)}
    if isinstance(value, dict):
        kept = {key: normal(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None} or None
    return value


def written(tree: Tree, writes: Mapping[str, Any]) -> Tree:
    """A new tree with these absolute paths replaced."""
    for path, value in writes.items():
        tree = _set(tree, path.split("/") if path else [], normal(value)) or {}
    return tree


def may_read(who: Identity, tree: Tree, path: str) -> bool:
    """Whether `who` may read the node at the path, without a query."""
    keys = path.split("/")
    listed = _is_staff(who, tree)
    match keys:
        case ["tariffs" | "places", *_]:
            return who.uid is not None
        case ["reviews" | "suspense" | "sites", *_]:
            return listed
        case ["users", uid, *_]:
            return listed or who.uid == uid
        case ["meters", meter_id, *_]:
            return listed or _owns(who, tree, meter_id) or _is_device_of(who, tree, meter_id)
        case ["consumption_history", meter_id, *_]:
            since = at(tree, "meters", meter_id, "owner_since")
            first, day = at(tree, "meters", meter_id, "owned_from"), keys[2] if keys[2:] else None
            theirs = since is None or bool(first and day and day >= first)
            return listed or (_owns(who, tree, meter_id) and theirs)
        case ["transactions", transaction_id, *_]:
            payment = at(tree, "transactions", transaction_id)
            paid = who.uid is not None and at(payment, "user_id") == who.uid
            meter_id = str(at(payment, "meter_id"))
            since = at(tree, "meters", meter_id, "owner_since")
            asked = at(payment, "timestamp")
            theirs = since is None or (isinstance(asked, int) and asked >= since)
            return listed or paid or (_owns(who, tree, meter_id) and theirs)
        case ["orders", order_id, *_]:
            by = at(tree, "orders", order_id, "user_id")
            return listed or (who.uid is not None and by == who.uid)
        case ["users" | "meters" | "transactions" | "orders" | "consumption_history"]:
            return listed
    return False


def may_write(who: Identity, before: Tree, writes: Mapping[str, Any]) -> bool:
    """Whether `who` may make these writes together, absolute paths to new values."""
    after = written(before, writes)
    return all(_may_write(who, before, after, path.split("/")) for path in writes)


def _may_write(who: Identity, before: Tree, after: Tree, keys: list[str]) -> bool:
    match keys:
        case ["users", uid, field, *below]:
            return (
                who.uid == uid
                and who.claims.get("role") != "meter"
                and _profile(field, at(after, "users", uid, field), below)
            )
        case ["consumption_history", meter_id, day, hour, *_]:
            path = ("consumption_history", meter_id, day, hour)
            old, new = at(before, *path), at(after, *path)
            named = DAY.fullmatch(day) and HOUR.fullmatch(hour)
            grown = _whole(new, 0, 10**6) and (old is None or new >= old)
            return _is_device_of(who, before, meter_id) and bool(named) and grown
        case ["meters", meter_id, field, *rest]:
            old_meter, meter = at(before, "meters", meter_id), at(after, "meters", meter_id)
            if not _is_device_of(who, before, meter_id):
                return False
            match field, rest:
                case "status", [name, *_]:
                    return _status(name, at(meter, "status", name))
                case "alerts", [alert_id, *below]:
                    old, new = at(old_meter, field, alert_id), at(meter, field, alert_id)
                    return not alert_id.startswith("srv-") and _alert(alert_id, old, new, below)
                case "pending_recharge", [entry_id, name, *_]:
                    old, new = at(old_meter, field, entry_id), at(meter, field, entry_id)
                    return _acknowledged(name, old, new, at(meter, "sequence"))
                case "commands", [command_id, name, *_]:
                    old, new = at(old_meter, field, command_id), at(meter, field, command_id)
                    return _closed(name, old, new)
            sold = at(before, "meter_registers", meter_id)
            return _register(field, old_meter, meter, sold)
    return False


def _profile(field: str, new: Any, below: list[str]) -> bool:
    if field == "name":
        if not isinstance(new, str) or not 1 <= len(new) <= 80 or new != new.strip():
            return False
        return all(character == " " or not character.isspace() for character in new)
    if field == "language":
        return new in ("en", "sw")
    if field != "notifications" or not isinstance(new, dict):
        return False
    # A write below looks at that kind alone, a write of the whole at all of them.
    looked_at = {key: new[key] for key in new if not below or key == below[0]}
    known = set(looked_at) <= NOTIFICATIONS
    return known and all(isinstance(value, bool) for value in looked_at.values())


def _register(field: str, old_meter: Any, meter: Any, sold: Any) -> bool:
    new, old = at(meter, field), at(old_meter, field)
    if field == "consumption_rate":
        return _whole(new, 0, 10**6)
    if field not in (*TOTALS, "sequence", "current_balance"):
        return False
    least = LEAST_BALANCE if field == "current_balance" else 0
    if not _whole(new, least, MOST):
        return False
    if field != "current_balance" and old is not None and new < old:
        return False
    if field in SOLD and new > max(0, at(sold, SOLD[field]) or 0):
        return False
    credited, withdrawn, consumed = (at(meter, total) for total in TOTALS)
    balance = at(meter, "current_balance")
    registers = (credited, withdrawn, consumed, balance)
    if field == "sequence" or None in registers:
        return True
    if not all(isinstance(register, int | float) for register in registers):
        return False
    return bool(balance == credited - withdrawn - consumed)


def _status(name: str, new: Any) -> bool:
    match name:
        case "online":
            return isinstance(new, bool)
        case "switch":
            return new in SWITCH
        case "supply":
            return new in ("on", "off")
        case "firmware":
            return isinstance(new, str) and 1 <= len(new) <= 32
        case "reason":
            return isinstance(new, str) and len(new) <= 64
        case "rssi":
            return _whole(new, -150, 20)
        case "boot_count":
            return _whole(new, 0, 10**9)
        case "last_seen":
            return _time(new)
    return False


def _alert(alert_id: str, old: Any, new: Any, below: list[str]) -> bool:
    if not ALERT_ID.fullmatch(alert_id) or not isinstance(new, dict):
        return False
    if old is not None:
        kept = all(at(old, name) == at(new, name) for name in ("kind", "raised_at", "value"))
        if not kept or at(old, "cleared_at") not in (None, at(new, "cleared_at")):
            return False
    kind, raised_at = at(new, "kind"), at(new, "raised_at")
    if kind is None or raised_at is None:
        return False
    looked_at = [key for key in new if not below or key == below[0]]
    return all(_alert_field(key, new[key], raised_at) for key in looked_at)


def _alert_field(name: str, value: Any, raised_at: Any) -> bool:
    match name:
        case "kind":
            return isinstance(value, str) and bool(ALERT_KIND.fullmatch(value))
        case "raised_at":
            return _time(value)
        case "cleared_at":
            return _time(value) and isinstance(raised_at, int) and value >= raised_at
        case "value":
            return _whole(value, -MOST, MOST)
    return False


def _acknowledged(name: str, old: Any, new: Any, reported_sequence: Any) -> bool:
    if name not in ("processed", "processed_at", "balance_after"):
        return False
    if at(old, "processed") is not False or at(new, "processed") is not True:
        return False
    if at(new, "processed_at") is None or at(new, "balance_after") is None:
        return False
    covered = reported_sequence is not None and at(new, "sequence") <= reported_sequence
    if name == "processed_at":
        return covered and _time(at(new, name))
    if name == "balance_after":
        most = at(new, "credited_total_wh")
        return covered and _whole(at(new, name), LEAST_BALANCE, most)
    return covered


def _closed(name: str, old: Any, new: Any) -> bool:
    if at(old, "kind") is None or at(old, "done_at") is not None:
        return False
    done_at, result = at(new, "done_at"), at(new, "result")
    if done_at is None or result is None:
        return False
    if name == "done_at":
        return _time(done_at)
    return name == "result" and isinstance(result, str) and 1 <= len(result) <= 200


def _is_staff(who: Identity, tree: Tree) -> bool:
    role = who.claims.get("role")
    if who.uid is None or role not in STAFF_ROLES:
        return False
    return bool(at(tree, "staff", who.uid, "role") == role)


def _owns(who: Identity, tree: Tree, meter_id: str) -> bool:
    return who.uid is not None and at(tree, "meters", meter_id, "owner_uid") == who.uid


def _is_device_of(who: Identity, tree: Tree, meter_id: str) -> bool:
    claims = {"role": "meter", "meter_id": meter_id}
    named = at(tree, "meters", meter_id, "device_uid")
    return who.uid is not None and named == who.uid and dict(who.claims) == claims


def _whole(value: Any, low: int, high: int) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == int(value) and low <= value <= high


def _time(value: Any) -> bool:
    return _whole(value, 0, int((time.time() + DAY_S) * 1000))


def _set(node: Any, keys: list[str], value: Any) -> Any:
    if not keys:
        return value
    children = dict(node) if isinstance(node, dict) else {}
    child = _set(children.get(keys[0]), keys[1:], value)
    if child is None and not isinstance(node, dict):
        return node  # a null below a leaf changes nothing
    children.pop(keys[0], None)
    if child is not None:
        children[keys[0]] = child
    return children or None
