"""The whole state of the simulator in one value, made from a seed and given to every operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from emulators.daraja.book import Book
from emulators.daraja.certificate import Certificate
from emulators.daraja.ids import Ids
from emulators.daraja.journal import Delivery, Journal, Outcome
from emulators.daraja.merchants import Identity, Merchant, make_identity
from emulators.daraja.phones import Phone, Phones
from emulators.daraja.plan import Plan
from emulators.daraja.scenarios import Scenarios
from emulators.daraja.switches import Switches
from emulators.daraja.timeline import Timeline

OPENING_BALANCE_KES = 50_000
DEFAULT_PIN = "1234"
SILENT_TEST_MSISDN = "254708374149"
"""The sandbox's test number: it never answers a prompt."""
PEOPLE = (
    ("254700000001", ("AMINA", "WANJIRU", "OTIENO")),
    ("254700000002", ("BRIAN", "", "KIPROTICH")),
    (SILENT_TEST_MSISDN, ("TEST", "", "SUBSCRIBER")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a world is made of. `given`: short_code, party_b, transaction_type, passkey,
    consumer_key, consumer_secret.
    """

    seed: int
    organisation: str
    given: Mapping[str, str]
    switches: Switches


@dataclass(slots=True, kw_only=True)
class Push:
    """One STK push that was accepted. Closed when `result_code` is set."""

    merchant_request_id: str
    checkout_request_id: str
    merchant: Merchant
    party_b: str
    transaction_type: str
    msisdn: str
    amount: int
    account_reference: str
    callback_url: str
    plan: Plan
    created_at_ms: int
    expires_at_ms: int
    result_code: str | None = None
    receipt: str | None = None
    paid_at_ms: int | None = None
    polls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class C2bUrls:
    """Where C2B notifications of a short code go."""

    confirmation_url: str
    validation_url: str
    response_type: str
    version: int


@dataclass(slots=True, kw_only=True)
class World:
    """Everything. `outbox` is what the shell has to send."""

    setup: Setup
    identity: Identity
    switches: Switches
    timeline: Timeline
    ids: Ids
    certificate: Certificate
    merchants: dict[str, Merchant] = field(default_factory=dict)
    book: Book = field(default_factory=Book)
    phones: Phones = field(default_factory=Phones)
    journal: Journal = field(default_factory=Journal)
    scenarios: Scenarios = field(default_factory=Scenarios)
    tokens: dict[str, int] = field(default_factory=dict)
    """Access token -> when it dies (ms)."""
    pushes: dict[str, Push] = field(default_factory=dict)
    query_times_ms: list[int] = field(default_factory=list)
    c2b_urls: dict[str, C2bUrls] = field(default_factory=dict)
    pull_registered: set[str] = field(default_factory=set)
    payouts: dict[str, str] = field(default_factory=dict)
    """OriginatorConversationID of B2C -> ConversationID."""
    outbox: list[Delivery] = field(default_factory=list)
    awaiting_reply: dict[int, Callable[[Outcome], None]] = field(default_factory=dict)
    """Delivery number -> what to do with what came back."""

    @property
    def now_ms(self) -> int:
        """Simulated time."""
        return self.timeline.now_ms

    def event(self, kind: str, **fields: object) -> None:
        """Record an event now."""
        self.journal.event(kind, self.now_ms, **fields)

    def merchant(self, short_code: str) -> Merchant | None:
        """The merchant with this short code or store number."""
        return self.merchants.get(short_code)

    def phone(self, msisdn: str) -> Phone:
        """The phone with this number; a number seen for the first time gets one."""
        return self.phones.get(msisdn) or self._join(msisdn, ("CUSTOMER", "", msisdn[-4:]))

    def _join(self, msisdn: str, name: tuple[str, str, str]) -> Phone:
        phone = self.phones.add(Phone(msisdn=msisdn, pin=DEFAULT_PIN, name=name))
        self.book.set_balance(phone.account, OPENING_BALANCE_KES)
        return phone

    def populate(self) -> None:
        """Put the merchants and the first phones in."""
        for merchant in (self.identity.paybill, self.identity.till):
            self.merchants[merchant.short_code] = merchant
        for msisdn, name in PEOPLE:
            phone = self._join(msisdn, name)
            if msisdn == SILENT_TEST_MSISDN:
                phone.auto, phone.auto_delay_ms = "ignore", 26_000


def make_world(setup: Setup, *, now_ms: int, certificate: Certificate) -> World:
    """A fresh world; the same setup gives the same ids, keys and tokens."""
    world = World(
        setup=setup,
        identity=make_identity(setup.seed, setup.organisation, setup.given),
        switches=setup.switches,
        timeline=Timeline(now_ms),
        ids=Ids(Random(f"daraja-ids-{setup.seed}")),  # noqa: S311 - made to be reproducible
        certificate=certificate,
    )
    world.populate()
    world.event("started", seed=setup.seed)
    return world
