"""The simulation over the real adapters: each call of a port goes to the fake and to the adapter
over an embedded emulator, and both must end alike.

The simulation's verdicts rest on fakes. A run beside the adapters shows that these do the same:
the same answers, the same order, the same compare-and-sets won and lost. Faults around single
writes stay out (``NOT_BESIDE``): a process dies between two calls only, so that both sides hold
the same at every call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from firebase_admin import App, db
from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.adapters.meter_schema import registration_to_json
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.adapters.rtdb_tariffs import terms_to_json
from lipamita.domain.account import account_key
from lipamita.domain.command import CommandResult
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.meter import Caller, Meter, Role
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.tariff import Tariff
from lipamita.domain.tariff_terms import TariffTerms
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS
from lipamita.use_cases.archive import archive
from lipamita.use_cases.close_days import close_days
from lipamita.use_cases.prune import prune
from lipamita.use_cases.read_books import trial_balance, verify_books
from lipamita.use_cases.record_ports import Record
from lipamita.use_cases.report_status import report_status
from lipamita.use_cases.view_history import Asked as HistoryAsked
from lipamita.use_cases.view_history import history_of_meter, history_of_user
from lipamita.use_cases.view_queues import Asked as QueueAsked
from lipamita.use_cases.view_queues import list_refunds, list_reviews, list_suspense
from lipamita.use_cases.view_receipt import view_receipt
from lipamita.use_cases.watch import watch
from lipamita.use_cases.world import World

from tests.fakes.memory_store import MemoryStore
from tests.simulation.chance import Faults, draw_rates
from tests.simulation.draw import draw_plan
from tests.simulation.estate import SimulatedEstate
from tests.simulation.mirror import Mirror, MirroredPort
from tests.simulation.outside import Outside

NOT_BESIDE = frozenset(
    {
        "crash before a write",
        "crash after a write",
        "write refused",
        "write answer lost",
        "own write looks like another's",
    }
)
# Often, so that the books take each event by itself, and all of a day in their turn.
ARCHIVED_AFTER_MS = [*range(MINUTE_MS, 30 * MINUTE_MS, MINUTE_MS), *range(0, 5 * DAY_MS, HOUR_MS)]
UNTIL_PRUNED_MS = 120 * DAY_MS
STAFF = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)


class Beside:
    """The adapters of one run. The database and the project must be empty."""

    def __init__(self, app: App, project_id: str) -> None:
        self.differences: list[str] = []
        store = RtdbStore(app, short_codes=frozenset(MemoryStore().short_codes))
        self.store = Mirror(store, self.differences)
        self._app = app
        self._record = Mirror(FirestoreRecord(project_id), self.differences)

    def record_of(self, fake: object) -> Record:
        """The books, on both sides."""
        return cast("Record", MirroredPort(fake, self._record))

    def outside(self, store: MemoryStore) -> Outside:
        """Those who write past the functions, on both sides."""
        return _OutsideBeside(store, self._app)


class _OutsideBeside(Outside):
    """As docs/data-model.md says that devices and admins write."""

    def __init__(self, store: MemoryStore, app: App) -> None:
        super().__init__(store)
        self._app = app

    def register(self, meter: Meter) -> None:
        super().register(meter)
        self._update(f"meters/{meter.meter_id}", registration_to_json(meter))
        self._update(f"meter_accounts/{account_key(meter.meter_id)}", {meter.meter_id: True})

    def price(self, tariff: Tariff) -> None:
        super().price(tariff)
        terms = TariffTerms(tariff=tariff, name=tariff.tariff_id)
        self._at(f"tariffs/{tariff.tariff_id}").set(terms_to_json(terms))

    def acknowledge(
        self, meter_id: MeterId, transaction_id: TransactionId, said: Acknowledgement
    ) -> None:
        super().acknowledge(meter_id, transaction_id, said)
        self._update(
            f"meters/{meter_id}/pending_recharge/{transaction_id}",
            {
                "processed": True,
                "processed_at": said.processed_at_ms,
                "balance_after": said.balance_after_wh,
            },
        )

    def report(self, meter: Meter) -> None:
        super().report(meter)
        self._update(
            f"meters/{meter.meter_id}",
            {
                "credited_total": meter.credited_total_wh,
                "withdrawn_total": meter.withdrawn_total_wh,
                "energy_consumed_total": meter.energy_consumed_total_wh,
                "current_balance": meter.current_balance_wh,
            },
        )

    def answer(self, meter_id: MeterId, command_id: str, result: CommandResult) -> None:
        super().answer(meter_id, command_id, result)
        self._update(
            f"meters/{meter_id}/commands/{command_id}", {"result": result.result, "done_at": 1}
        )

    def _at(self, path: str) -> Any:
        return db.reference(path, app=self._app)

    def _update(self, path: str, node: dict[str, Any]) -> None:
        self._at(path).update(node)


def run_beside(seed: int, app: App, project_id: str) -> list[str]:
    """What the adapters did otherwise than the fakes in that seed's run.

    After the run all is looked at as people do, the days are closed, and once more when the
    payments have left for the record and the shelves are cleared.
    """
    faults = Faults(seed)
    plan = draw_plan(faults.stream("plan"))
    rates = draw_rates(faults.stream("rates"))
    faults.enable({kind: rate for kind, rate in rates.items() if kind not in NOT_BESIDE})
    beside = Beside(app, project_id)
    estate = SimulatedEstate(plan, faults, traced=False, beside=beside)
    world, clock = estate.world, estate.timeline
    for after_ms in ARCHIVED_AFTER_MS:
        clock.start(plan.start_ms + after_ms, "archive", partial(archive, world))
    estate.carry_out()
    for _ in range(2):
        works: list[Callable[[World], object]]
        works = [archive, *_looks(estate), close_days, _recount, watch, prune]
        for work in works:
            clock.start(clock.now_ms, "afterwards", partial(work, world))
            clock.run(clock.now_ms + HOUR_MS)
        clock.run(clock.now_ms + UNTIL_PRUNED_MS)
    return [*beside.differences, *estate.timeline.errors]


def _recount(world: World) -> None:
    wrong = verify_books(world, recount=True)
    assert not wrong, wrong


def _looks(estate: SimulatedEstate) -> list[Callable[[World], object]]:
    """What staff look at."""
    users = sorted({payment.user_id for payment in estate.store.payments.values()})
    meters = sorted(estate.store.meters)
    receipts = sorted(row.receipt for row in estate.mpesa.ledger)
    return [
        *(partial(_list, look) for look in (list_reviews, list_suspense, list_refunds)),
        *(partial(_history, history_of_user, uid) for uid in users),
        *(partial(_history, history_of_meter, meter_id) for meter_id in meters),
        *(partial(view_receipt, Receipt(receipt)) for receipt in receipts),
        trial_balance,
        partial(report_status, STAFF),
    ]


def _list(look: Callable[[QueueAsked, Caller, World], object], world: World) -> object:
    return look(QueueAsked(), STAFF, world)


def _history(look: Callable[..., object], whose: str, world: World) -> object:
    return look(whose, HistoryAsked(), STAFF, world)
