"""Put the parts together, once per process and under a lock."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from lipamita import VERSION
from lipamita.adapters.access_token import AccessTokens, token_node
from lipamita.adapters.admin_app import admin_app
from lipamita.adapters.app_check import AppVerifier, app_verifier
from lipamita.adapters.daraja_http import DarajaHttp
from lipamita.adapters.daraja_merchants import DarajaMerchants
from lipamita.adapters.daraja_wire import Merchant
from lipamita.adapters.firebase_accounts import FirebaseAccounts
from lipamita.adapters.firebase_devices import FirebaseDevices
from lipamita.adapters.firestore_audit import FirestoreAudit
from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.adapters.log import StructuredLog
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.units import Millis
from lipamita.entrypoints import customer_channels, notifying, settings, sites, vending
from lipamita.entrypoints.device_network import read_device_network
from lipamita.entrypoints.sending import make_money_out
from lipamita.use_cases.watch import token_failed
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What this process is."""

    version: str = VERSION
    environment: str = "emulator"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The world of the use cases, and the admin app that verifies ID tokens."""

    world: World
    app: Any
    pull: bool = False
    verify_app: AppVerifier | None = None  # set where tenants must come from our own app
    about: About = field(default_factory=About)


_LOCK = threading.Lock()
_DEPLOYMENTS: list[Deployment] = []


def deployment() -> Deployment:
    """The deployment this process serves; made by the first caller. Raises ConfigurationError."""
    with _LOCK:
        if not _DEPLOYMENTS:
            _DEPLOYMENTS.append(_make())
        return _DEPLOYMENTS[0]


def world() -> World:
    """The world of the use cases. Raises ConfigurationError."""
    return deployment().world


def now_ms() -> Millis:
    """The wall clock, in milliseconds since the epoch, UTC."""
    return Millis(time.time_ns() // 1_000_000)


def _make() -> Deployment:
    config = settings.read_settings()
    app = admin_app(project_id=config.project_id, database_url=config.database_url)
    tokens = AccessTokens(
        token_node(app),
        base_url=config.daraja_base_url,
        credentials=(
            settings.secret(settings.DARAJA_CONSUMER_KEY),
            settings.secret(settings.DARAJA_CONSUMER_SECRET),
        ),
        clock=now_ms,
    )
    tokens.on_failure = lambda why: token_failed(why, world())
    merchant = Merchant(
        short_code=config.short_code,
        passkey=settings.secret(settings.DARAJA_PASSKEY),
        transaction_type=config.transaction_type,
        party_b=config.party_b,
    )
    main_codes = frozenset({config.short_code, config.party_b})
    own_accounts = sites.read_sites(main_codes)
    merchants = sites.merchants_of(own_accounts, main_codes)
    store = RtdbStore(app, short_codes=main_codes | merchants.codes)
    main = DarajaHttp(base_url=config.daraja_base_url, merchant=merchant, tokens=tokens)
    own = {
        site.merchant.short_code: DarajaHttp(
            base_url=config.daraja_base_url,
            merchant=site.merchant,
            tokens=_tokens_of(site, tokens, app, config.daraja_base_url),
        )
        for site in own_accounts
    }
    return Deployment(
        world=World(
            store=store,
            daraja=DarajaMerchants(main, own),
            merchants=merchants,
            accounts=FirebaseAccounts(app),
            devices=FirebaseDevices(app, read_device_network(config.database_url)),
            record=FirestoreRecord(config.project_id),
            audit=FirestoreAudit(config.project_id),
            clock=now_ms,
            random_bytes=secrets.token_bytes,
            log=StructuredLog(),
            callback_secret=settings.secret(settings.CALLBACK_SECRET),
            device_master_secret=settings.secret(settings.DEVICE_MASTER_SECRET),
            public_base_url=config.public_base_url,
            unverified_policy=config.unverified_policy,
            vending=vending.make_vending(now_ms, secrets.token_bytes),
            money_out=make_money_out(
                base_url=config.daraja_base_url, short_code=config.short_code, tokens=tokens
            ),
            notifiers={
                **notifying.make_notifiers(),
                **customer_channels.make_customer_channels(app, store),
            },
            customer_channels=customer_channels.read_customer_channels(),
            quiet_hours=customer_channels.read_quiet_hours(),
            alarm_channels=notifying.read_alarm_channels(),
        ),
        app=app,
        about=About(environment=config.environment.value),
        pull=config.pull is settings.Switch.ON,
        verify_app=app_verifier(app) if config.app_check is settings.Switch.ON else None,
    )


def _tokens_of(site: sites.Site, main: AccessTokens, app: Any, base_url: str) -> AccessTokens:
    """One token for each app of the portal, whoever uses it."""
    if site.keys is None:
        return main
    tokens = AccessTokens(
        token_node(app, site.sender), base_url=base_url, credentials=site.keys, clock=now_ms
    )
    tokens.on_failure = lambda why: token_failed(f"{site.name}: {why}", world())
    return tokens
