"""Wires one run together: store, Daraja, phones, meters, triggers, schedules, people."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lipamita.domain import errors
from lipamita.domain.ids import TransactionId
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.domain.units import Millis
from lipamita.use_cases.archive import archive
from lipamita.use_cases.record_ports import Record
from lipamita.use_cases.world import World

from tests.fakes.memory_audit import MemoryAudit
from tests.fakes.memory_people import FakeAccounts
from tests.fakes.memory_record import MemoryRecord
from tests.fakes.memory_store import MemoryStore
from tests.simulation.books_judge import books_violations
from tests.simulation.chance import Faults
from tests.simulation.charge_judge import charge_violations
from tests.simulation.daraja import SimulatedDaraja
from tests.simulation.database import Database, DatabaseDownError
from tests.simulation.judge import Judge
from tests.simulation.log import WatchedLog
from tests.simulation.messages import Messages
from tests.simulation.meter import SimulatedMeter
from tests.simulation.money_out import SimulatedMoneyOut
from tests.simulation.monitor import Monitor
from tests.simulation.mpesa import Mpesa, Prompt
from tests.simulation.mpesa_out import MpesaOut
from tests.simulation.operators import Operators
from tests.simulation.outside import Outside, tariff_of
from tests.simulation.people import People
from tests.simulation.plan import (
    HOUR_MS,
    OWNERS,
    VENDED,
    Archive,
    ByHand,
    MeterAct,
    Plan,
    PowerCut,
    Reprice,
)
from tests.simulation.prices import PriceList
from tests.simulation.refund_desk import RefundDesk
from tests.simulation.refund_judge import RefundJudge
from tests.simulation.results import Results
from tests.simulation.schedules import Schedules
from tests.simulation.site import Site
from tests.simulation.timeline import Timeline
from tests.simulation.triggers import Triggers
from tests.simulation.tuya import SimulatedCloud, VendedMeter
from tests.simulation.vend_desk import VendDesk

if TYPE_CHECKING:
    from tests.simulation.beside import Beside

MASTER_SECRET = "d" * 32
REST_MS = 6 * 24 * HOUR_MS  # after this long nothing may be left to do
BETWEEN_LOOKS_MS = 24 * HOUR_MS
LAST_REST_MS = 8 * 24 * HOUR_MS  # a refund that nobody seconds lapses in 7 days
TOLERATED = (
    DatabaseDownError,
    errors.BusyError,
    errors.ConflictError,
    errors.ForbiddenError,
    errors.InvalidInputError,
    errors.NotFoundError,
    errors.RateLimitedError,
)


class SimulatedEstate:
    """Everything of one run."""

    def __init__(
        self, plan: Plan, faults: Faults, *, traced: bool, beside: Beside | None = None
    ) -> None:
        self.plan = plan
        self.faults = faults
        self.timeline = Timeline(faults, plan.start_ms, traced=traced)
        self.timeline.tolerated = TOLERATED
        self.timeline.clocks_ms = dict(enumerate(plan.clocks_ms))
        self.store = MemoryStore()
        self.mpesa = Mpesa(skew_ms=plan.mpesa_skew_ms)
        self.monitor = Monitor(self.store, plan.prices, plan.start_ms)
        self.outside = Outside(self.store) if beside is None else beside.outside(self.store)
        self.site = Site(self.store, self.outside, self.timeline, MASTER_SECRET)
        self.cloud = SimulatedCloud(self.timeline)
        self.vended = {
            meter_id: self.site.install_vended(meter_id, self.cloud)
            for meter_id in plan.meters
            if meter_id == VENDED
        }
        self.meters: dict[str, SimulatedMeter | VendedMeter] = {
            **{key: self.site.install(key) for key in plan.meters if key not in self.vended},
            **self.vended,
        }
        self.outside.price(tariff_of(plan.prices))
        self.daraja = SimulatedDaraja(
            self.mpesa,
            self.timeline,
            may_lie_twice=not plan.credits_on_query,
        )
        self.out = MpesaOut()
        self.results = Results(self.out, self.timeline)
        self.money_out = SimulatedMoneyOut(self.out, self.timeline, self.results)
        self.database = Database(self.store, self.timeline, on_write=self._wrote)
        self.record = MemoryRecord()
        self.database.watch(self.record)
        self._record: Record = self.record
        if beside is not None:
            self.database.follow(beside.store)
            self._record = beside.record_of(self.record)
        self.world = self._world()
        self.results.world = self.world
        self.triggers = Triggers(self.timeline, self.world, self.meters)
        self.database.on_created = self.triggers.created
        self.site.on_acknowledged = self.triggers.acknowledged
        self.site.on_answered = self.triggers.answered
        self.messages = Messages(self.mpesa, self.timeline, self.world, c2b=plan.c2b)
        self.people = People(
            self.timeline,
            self.world,
            self.mpesa,
            self.messages,
            self.store,
            amounts_may_differ=not plan.credits_on_query,  # a query's word stands for the amount
        )
        self.operators = Operators(self.timeline, self.world, self.mpesa, self.store)
        self.refund_desk = RefundDesk(
            self.timeline,
            self.world,
            mpesa=self.mpesa,
            out=self.out,
            store=self.store,
            meters=self.meters,
        )
        self.refund_desk.refused = self._was_refused
        self.money_out.on_send = self.refund_desk.sent
        self.vend_desk = VendDesk(self.timeline, self.world, self.store, self.vended)
        self.daraja.on_prompt = self.people.prompted
        self.messages.can_tell = self._can_tell
        self.schedules = Schedules(
            self.timeline, self.world, self.store, self.mpesa, pull=plan.pull
        )
        self.judge = Judge(
            mpesa=self.mpesa,
            store=self.store,
            meters=self.meters,
            by_hand={act.name: act for act in plan.acts if isinstance(act, ByHand)},
            transaction_of=_TransactionOfPath(),
            accepted=self.messages.accepted,
            refunds=RefundJudge(self.mpesa, self.out, self.store, self.meters),
        )

    def carry_out(self) -> None:
        """The plan with its faults; then peace, until nothing is left to do."""
        for act in self.plan.acts:
            at_ms = self.plan.start_ms + act.after_ms
            if isinstance(act, Reprice):
                self.timeline.at(at_ms, partial(self._reprice, act.prices))
            elif isinstance(act, PowerCut):
                self.timeline.at(at_ms, partial(self.timeline.power_cut, act.instance))
            elif isinstance(act, Archive):
                self._archive(at_ms)
            elif isinstance(act, MeterAct):
                self.timeline.at(at_ms, partial(self.site.carry_out, act))
            else:
                self.people.intend(act, at_ms)
                self.operators.intend(act, at_ms)
                self.refund_desk.intend(act, at_ms)
                self.vend_desk.intend(act, at_ms)
        last_ms = max((act.after_ms for act in self.plan.acts), default=0)
        self.timeline.run(self.plan.start_ms + last_ms + self.plan.troubled_ms)
        self.faults.on = False
        self.timeline.say("--- no more faults ---")
        for meter in self.meters.values():
            meter.online = True
            meter.wake()
        self.timeline.run(self.timeline.now_ms + REST_MS)
        self.operators.decide_what_is_left(OWNERS)
        self.refund_desk.clear()
        self.vend_desk.clear()
        self.timeline.run(self.timeline.now_ms + LAST_REST_MS)
        for _ in self.store.payments:  # charges wait in a row, and each may be uncertain in turn
            if not self.vend_desk.clear():
                break
            self.timeline.run(self.timeline.now_ms + BETWEEN_LOOKS_MS)

    def _archive(self, at_ms: int) -> None:
        work = partial(archive, self.world)
        self.timeline.start(at_ms, "archive", work, hosted=True)

    def _books(self) -> list[str]:
        """Recorded last: what has rested for long leaves the live database with it."""
        payments = dict(self.store.payments)
        self._archive(self.timeline.now_ms)
        self.timeline.run(self.timeline.now_ms + HOUR_MS)
        self.store.payments = payments
        return list(books_violations(self.record, self.store, self.mpesa, self.out))

    def violations(self) -> list[str]:
        books = self._books()
        pushed_twice = [
            f"{count} times sent for {path.split('/')[-2]}"
            for path, count in (*self.daraja.sent.items(), *self.money_out.sent.items())
            if count > 1
        ]
        return [
            *self.timeline.errors,
            *self.monitor.violations,
            *self.people.violations,
            *self.operators.violations,
            *self.site.violations,
            *self.refund_desk.violations,
            *self.vend_desk.violations(),
            *charge_violations(self.store, self.meters, self.monitor.charges_cents),
            *pushed_twice,
            *self.judge.violations(),
            *books,
        ]

    def _world(self) -> World:
        timeline = self.timeline

        def clock() -> Millis:
            process = timeline.current
            return Millis(timeline.now_ms + (process.skew_ms if process else 0))

        def random_bytes(count: int) -> bytes:
            process = timeline.current
            assert process is not None
            return process.chance.bytes(count)

        by_query = self.plan.credits_on_query
        return World(
            store=self.database,
            daraja=self.daraja,
            money_out=self.money_out,
            vending=self.cloud,
            accounts=FakeAccounts(),
            record=self._record,
            audit=MemoryAudit(),
            clock=clock,
            random_bytes=random_bytes,
            log=WatchedLog(self.timeline),
            callback_secret="c" * 32,
            device_master_secret=MASTER_SECRET,
            public_base_url="https://estate.example",
            unverified_policy=UnverifiedPolicy.CREDIT if by_query else UnverifiedPolicy.HOLD,
        )

    def _was_refused(self, attempt: tuple[str, int]) -> bool:
        return attempt in self.money_out.refused or attempt in self.results.refused

    def _can_tell(self, prompt: Prompt, path: str) -> bool:
        owns_path = TransactionId(self.judge.transaction_of[path])
        owns_prompt = TransactionId(self.judge.transaction_of[prompt.path])
        claimed_by = self.store.checkout_requests.get(prompt.checkout_id)
        return owns_path in self.store.known_prompts or claimed_by == owns_prompt

    def _wrote(self, path: str) -> None:
        kind, _, key = path.partition("/")
        if kind == "transactions" and key not in self.store.payments:
            return  # it has left for the record
        self.monitor.wrote(path, self.timeline.now_ms)
        self.operators.wrote(path)
        if self.timeline.trace is not None:
            seen = self.monitor.describe(path, self.timeline.now_ms)
            self.timeline.say(f"writes {path}: {seen}" if seen else f"writes {path}")

    def _reprice(self, prices: PriceList) -> None:
        self.outside.price(tariff_of(prices))
        self.monitor.price_changed(prices, self.timeline.now_ms)


class _TransactionOfPath(dict[str, str]):
    """The transaction that a callback path belongs to."""

    def __missing__(self, path: str) -> str:
        return path.split("/")[-2]
