"""Meters and tenants from files: every bad row is told, the good ones are done, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain.errors import ForbiddenError, InvalidInputError
from lipamita.domain.identity import Account
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.import_file import MAX_IMPORT_BYTES, MAX_IMPORT_ROWS, ImportReport
from lipamita.domain.meter import Role
from lipamita.domain.registration import Site
from lipamita.domain.units import Millis
from lipamita.use_cases.import_estate import import_meters, import_tenants

from tests.fakes.estate import METER, OWNER, Estate
from tests.unit.lipamita.use_cases.test_register_meter import BRIAN, GRACE, estate

HEADER = "meter_id,name,kind,tariff_id,site_id,owner\n"
GOOD = "MTR-101,House D1,esp32,flat,court,brian@tenants.example\nMTR-102,House D2,esp32,flat,,\n"
TENANTS = "who,name,language,meter_id\n"


def place() -> Estate:
    made = estate()
    made.accounts.known[BRIAN.uid] = Account(
        uid=BRIAN.uid,
        role=Role.TENANT,
        disabled=False,
        valid_since_ms=Millis(0),
        email="brian@tenants.example",
        email_verified=True,
    )
    made.store.sites["court"] = Site(site_id="court", name="Kilimani Court")
    return made


def meters(at: Estate, rows: str, *, dry_run: bool = False) -> ImportReport:
    return import_meters((HEADER + rows).encode(), GRACE, at.world, dry_run=dry_run)


def tenants(at: Estate, rows: str, *, dry_run: bool = False) -> ImportReport:
    return import_tenants((TENANTS + rows).encode(), GRACE, at.world, dry_run=dry_run)


def told(report: ImportReport) -> list[tuple[int, str | None]]:
    return [(problem.line, problem.field) for problem in report.problems]


def test_every_row_becomes_a_meter() -> None:
    at = place()
    report = meters(at, GOOD)
    assert (report.rows, report.changed, report.problems) == (2, 2, ())
    assert at.store.meters[MeterId("MTR-101")].owner_uid == BRIAN.uid
    assert at.store.meters_of_account("MTR102") == ["MTR-102"]


def test_an_unverified_address_brings_its_account_neither_meter_nor_tenancy() -> None:
    at = place()
    known = at.accounts.known
    known[BRIAN.uid] = replace(known[BRIAN.uid], email_verified=False)
    before = (dict(at.store.meters), at.store.read_profile(BRIAN.uid))
    assert told(meters(at, GOOD.partition("\n")[0] + "\n")) == [(2, "owner")]
    assert told(tenants(at, "brian@tenants.example,Brian,en,MTR-001\n")) == [(2, "who")]
    assert (dict(at.store.meters), at.store.read_profile(BRIAN.uid)) == before


def test_a_plain_number_is_no_meters_number() -> None:
    at = place()
    assert told(meters(at, "100,House,esp32,flat,,\n")) == [(2, "meter_id")]
    assert MeterId("100") not in at.store.meters


def test_importing_again_changes_nothing() -> None:
    at = place()
    meters(at, GOOD)
    before = dict(at.store.meters)
    report = meters(at, GOOD)
    assert (report.changed, report.unchanged) == (0, 2)
    assert at.store.meters == before


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    at = place()
    rows = GOOD + "MTR-OO1,Twin,esp32,flat,,\nMTR-001,Other,esp32,flat,,\n,x,esp32,flat,,\n"
    versions = dict(at.store.versions)
    would = meters(at, rows, dry_run=True)
    assert at.store.versions == versions
    assert would == meters(at, rows)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("mtr-1,x,esp32,flat,,", "meter_id"),
        ("MTR-103,,esp32,flat,,", "name"),
        ("MTR-103,x,gas,flat,,", "kind"),
        ("MTR-103,x,esp32,none,,", "tariff_id"),
        ("MTR-103,x,esp32,flat,none,", "site_id"),
        ("MTR-103,x,esp32,flat,,nobody@x", "owner"),
        ("MTR-OO1,x,esp32,flat,,", "meter_id"),
        ("MTR-001,Other,esp32,flat,,", "meter_id"),
        ("MTR101,x,esp32,flat,,", "meter_id"),  # looks like line 2
        ("MTR-103,x,esp32", None),
        (f"MTR-103,{'x' * 300},esp32,flat,,", "name"),
    ],
)
def test_a_bad_row_is_told_by_line_and_column_and_stops_nothing(
    row: str, field: str | None
) -> None:
    at = place()
    report = meters(at, f"{GOOD}{row}\nMTR-104,Last,esp32,flat,,\n")
    assert told(report) == [(4, field)]
    assert report.changed == 3
    assert all(problem.message for problem in report.problems)
    assert MeterId("MTR-103") not in at.store.meters


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"meter_id,name\n",
        (HEADER.strip() + ",price\n").encode(),
        b"meter_id,meter_id,name,kind,tariff_id\n",
        b"\xff\xfe\x00",
        (HEADER + '"MTR').encode(),
        b"x" * (MAX_IMPORT_BYTES + 1),
        (HEADER + "MTR-1,x,esp32,flat,,\n" * (MAX_IMPORT_ROWS + 1)).encode(),
    ],
    ids=["empty", "columns", "unknown", "twice", "bytes", "quote", "large", "rows"],
)
def test_a_file_that_is_not_understood_is_refused_whole(data: bytes) -> None:
    at = place()
    with pytest.raises(InvalidInputError) as refused:
        import_meters(data, GRACE, at.world, dry_run=False)
    assert (refused.value.code, refused.value.field) == ("invalid_import", "file")


def test_excels_mark_and_empty_lines_are_forgiven() -> None:
    at = place()
    data = b"\xef\xbb\xbf" + (HEADER + "\r\n" + GOOD.replace("\n", "\r\n\r\n")).encode()
    assert import_meters(data, GRACE, at.world, dry_run=False).changed == 2


def test_a_tenant_gets_a_profile_and_the_meter() -> None:
    at = place()
    meters(at, GOOD)
    report = tenants(at, "brian@tenants.example,Brian,sw,MTR-102\n")
    assert (report.changed, report.problems) == (1, ())
    assert at.store.meters[MeterId("MTR-102")].owner_uid == BRIAN.uid
    assert at.store.profiles[BRIAN.uid]["language"] == "sw"


def test_importing_tenants_again_changes_nothing() -> None:
    at = place()
    meters(at, GOOD)
    rows = "brian@tenants.example,Brian,sw,MTR-102\n"
    tenants(at, rows)
    assert (tenants(at, rows).changed, tenants(at, rows).unchanged) == (0, 1)


def test_what_a_tenant_chose_is_kept() -> None:
    at = place()
    at.store.profiles[BRIAN.uid] = {"name": "B.", "language": "en"}
    tenants(at, "brian@tenants.example,Brian,sw,\n")
    assert at.store.profiles[BRIAN.uid] == {"name": "B.", "language": "en"}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("nobody@x,N,en,", "who"),
        ("device-mtr-001,N,en,", "who"),
        ("brian@tenants.example,B,fr,", "language"),
        ("brian@tenants.example,B,en,MTR-999", "meter_id"),
        ("brian@tenants.example,B,en,MTR-001", "meter_id"),  # Amina's
    ],
)
def test_a_bad_tenant_is_told_and_nothing_of_the_row_is_done(row: str, field: str) -> None:
    at = place()
    before: tuple[Any, ...] = (dict(at.store.meters), dict(at.store.profiles))
    assert told(tenants(at, f"{row}\n")) == [(2, field)]
    assert (at.store.meters, at.store.profiles) == before


def test_a_retired_meter_is_given_to_nobody() -> None:
    at = place()
    standing = at.store.meters[METER]
    at.store.meters[METER] = replace(standing, owner_uid=None, retired_at_ms=at.now_ms)
    assert told(tenants(at, "brian@tenants.example,B,en,MTR-001\n")) == [(2, "meter_id")]


def test_only_staff_import() -> None:
    at = place()
    for do in (import_meters, import_tenants):
        with pytest.raises(ForbiddenError):
            do(b"", OWNER, at.world, dry_run=True)


def test_a_tenant_without_a_profile_gets_one() -> None:
    at = place()
    del at.store.profiles[BRIAN.uid]
    meters(at, "MTR-101,House,esp32,flat,,\n")
    report = tenants(at, f"{Uid('tenant-brian')},Brian,,MTR-101\n")
    assert report.problems == ()
    assert at.store.profiles[BRIAN.uid]["meter_no"] == "MTR-101"
