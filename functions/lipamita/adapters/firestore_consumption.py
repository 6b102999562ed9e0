"""``consumption/{meter_id}_{yyyy-mm}``: a meter's month, its hours by day and their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from lipamita.adapters.fields import Fields
from lipamita.adapters.firestore_client import MAX_WRITES, asked, firestore_client, transacted
from lipamita.domain.consumption import Hours
from lipamita.domain.ids import MeterId
from lipamita.domain.roll_up import MonthUse, by_month, merged
from lipamita.domain.units import Millis


class FirestoreConsumption:
    """Implements use_cases.consumption_ports.ConsumptionRecord."""

    def __init__(self, project_id: str) -> None:
        self._project_id = project_id

    def merge_hours(self, meter_id: MeterId, hours: Hours, *, now_ms: Millis) -> int:
        def commit(month: MonthUse, transaction: Any) -> bool:
            reference = self._month(meter_id, month.month)
            node = asked(partial(reference.get, transaction=transaction)).to_dict()
            standing = month_from_json(reference.path, node)
            new = merged(standing, month.hours)
            if new == standing:
                return False
            both = MonthUse(meter_id=meter_id, month=month.month, hours=new)
            transaction.set(reference, month_to_json(both, updated_at_ms=now_ms))
            return True

        client = firestore_client(self._project_id)
        return sum(
            transacted(client, partial(commit, month)) for month in by_month(meter_id, hours)
        )

    def recorded_hours(self, meter_id: MeterId, months: Sequence[str]) -> Hours:
        references = [self._month(meter_id, month) for month in months]
        client = firestore_client(self._project_id)
        found = asked(lambda **limits: list(client.get_all(references, **limits)))
        hours: dict[str, Mapping[int, int]] = {}
        for snapshot in found:
            hours |= month_from_json(snapshot.reference.path, snapshot.to_dict())
        return hours

    def forget_months(self, before: str, *, limit: int) -> int:
        from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415

        client = firestore_client(self._project_id)
        old = (
            client.collection("consumption")
            .where(filter=FieldFilter("month", "<", before))
            .order_by("month")
            .limit(min(limit, MAX_WRITES))
            .select([])
        )
        batch = client.batch()
        found = asked(lambda **limits: list(old.stream(**limits)))
        for snapshot in found:
            batch.delete(snapshot.reference)
        if found:
            asked(batch.commit)
        return len(found)

    def _month(self, meter_id: MeterId, month: str) -> Any:
        return firestore_client(self._project_id).document(f"consumption/{meter_id}_{month}")


def month_to_json(month: MonthUse, *, updated_at_ms: Millis) -> dict[str, object]:
    """The document of a month; docs/record.md states its fields."""
    return {
        "meter_id": month.meter_id,
        "month": month.month,
        "energy_wh": month.total.energy_wh,
        "hours": month.total.hours,
        "updated_at": updated_at_ms,
        "days": {
            day[-2:]: {
                "energy_wh": use.energy_wh,
                "hours": use.hours,
                "by_hour": {f"{hour:02}": wh for hour, wh in month.hours[day].items()},
            }
            for day, use in month.days.items()
        },
    }


def month_from_json(path: str, node: object) -> Hours:
    """The hours in that document; none where there is no document. Raises UnreadableError."""
    if node is None:
        return {}
    fields = Fields.of(path, node)
    month = fields.text("month")
    return {
        f"{month}-{day}": {
            int(hour): row.child("by_hour").whole(hour) for hour in row.child("by_hour").node
        }
        for day, row in fields.children("days")
    }
