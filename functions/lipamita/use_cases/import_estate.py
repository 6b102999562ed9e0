"""Bring in meters, and the tenants they are for, from CSV files.

Each row is done as a whole or not at all, and may be done again: a row that stands already changes
nothing. A dry run looks at everything and writes nothing. A row that is wrong is reported with its
line, column and what was expected, and does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable

from lipamita.domain import registration as parse
from lipamita.domain.account import account_key
from lipamita.domain.errors import ConflictError, InvalidInputError, LipamitaError, NotFoundError
from lipamita.domain.identity import check_proven
from lipamita.domain.ids import Uid, parse_meter_id, parse_new_meter_id
from lipamita.domain.import_file import (
    METER_COLUMNS,
    TENANT_COLUMNS,
    ImportReport,
    Problem,
    Row,
    read_rows,
)
from lipamita.domain.meter import Caller, Role
from lipamita.domain.registration import Registration, check_staff
from lipamita.use_cases.move_meter import Move, move_meter
from lipamita.use_cases.register_meter import (
    check_registration,
    find_meter,
    register_meter,
    registration_of,
)
from lipamita.use_cases.world import World

LANGUAGES = ("en", "sw")
WHY = "imported"


Progress = Callable[[int, int], None]  # rows done, of how many


def import_meters(
    data: bytes,
    caller: Caller,
    world: World,
    *,
    dry_run: bool,
    progress: Progress = lambda _done, _of: None,
) -> ImportReport:
    """Register every meter of the file. Raises ForbiddenError and InvalidInputError
    (invalid_import).
    """
    check_staff(caller)
    seen: dict[str, int] = {}

    def do(row: Row) -> bool:
        wanted = _registration(row, world)
        _check_in_file(wanted, row, seen)
        check_registration(wanted, world)
        standing = world.store.read_meter(wanted.meter_id)
        if standing is not None and registration_of(standing) == wanted:
            return False
        if dry_run:
            _check_free(wanted, known=standing is not None, world=world)
        else:
            register_meter(wanted, caller, world)  # by meter_id; a repeat changes nothing
        return True

    required = ("meter_id", "name", "kind", "tariff_id")
    return _import(data, METER_COLUMNS, required, do, progress)


def import_tenants(
    data: bytes,
    caller: Caller,
    world: World,
    *,
    dry_run: bool,
    progress: Progress = lambda _done, _of: None,
) -> ImportReport:
    """Give every tenant of the file a profile and their meter. Raises as import_meters does.

    Tenants must have signed in once, or have been given an account: this makes none.
    """
    check_staff(caller)

    def do(row: Row) -> bool:
        uid = _find_account(row.cells["who"], "who", world)
        changes = _profile_changes(row, uid, world)
        meter_id = row.given("meter_id")
        meter = None if meter_id is None else find_meter(parse_meter_id(meter_id), world)
        moves = meter is not None and meter.owner_uid != uid
        if moves and meter is not None and meter.is_retired:
            raise ConflictError("meter_retired", f"meter {meter_id} is retired", field="meter_id")
        if moves and meter is not None and meter.owner_uid is not None:
            raise ConflictError(
                "meter_taken", f"meter {meter_id} is another tenant's", field="meter_id"
            )
        if dry_run or not (changes or moves):
            return bool(changes or moves)
        if changes:
            world.store.update_profile(uid, changes)  # by uid; a repeat writes the same
        if moves and meter is not None:
            wanted = Move(
                meter_id=meter.meter_id, why=WHY, caller=caller, changes_owner=True, owner_uid=uid
            )
            move_meter(wanted, world)
        return True

    return _import(data, TENANT_COLUMNS, ("who",), do, progress)


def _import(
    data: bytes,
    columns: tuple[str, ...],
    required: tuple[str, ...],
    do: Callable[[Row], bool],
    progress: Progress,
) -> ImportReport:
    rows, misshapen = read_rows(data, columns=columns, required=required)
    problems, changed = list(misshapen), 0
    for number, row in enumerate(rows, start=1):
        progress(number, len(rows))
        try:
            changed += do(row)
        except LipamitaError as error:
            problems.append(Problem(line=row.line, field=error.field, message=error.message))
    problems.sort(key=lambda problem: problem.line)
    total = len(rows) + len(misshapen)
    return ImportReport(
        rows=total,
        changed=changed,
        unchanged=total - changed - len(problems),
        problems=tuple(problems),
    )


def _registration(row: Row, world: World) -> Registration:
    site_id, owner = row.given("site_id"), row.given("owner")
    return Registration(
        meter_id=parse_new_meter_id(row.cells["meter_id"]),
        name=parse.parse_name(row.cells["name"]),
        kind=parse.parse_kind(row.cells["kind"]),
        tariff_id=parse.parse_plain_id(row.cells["tariff_id"], field="tariff_id"),
        site_id=None if site_id is None else parse.parse_plain_id(site_id, field="site_id"),
        owner_uid=None if owner is None else _find_account(owner, "owner", world),
    )


def _check_in_file(wanted: Registration, row: Row, seen: dict[str, int]) -> None:
    key = account_key(wanted.meter_id)
    first = seen.setdefault(key, row.line)
    if first != row.line:
        raise ConflictError(
            "account_taken",
            f"payers could take {wanted.meter_id} for the meter in line {first}",
            field="meter_id",
        )


def _check_free(wanted: Registration, *, known: bool, world: World) -> None:
    """What register_meter would refuse, without claiming anything."""
    if known:
        raise ConflictError(
            "meter_exists", f"meter {wanted.meter_id} is registered otherwise", field="meter_id"
        )
    others = world.store.meters_of_account(account_key(wanted.meter_id))
    if others and wanted.meter_id not in others:
        raise ConflictError(
            "account_taken",
            f"payers could take {wanted.meter_id} for meter {others[0]}",
            field="meter_id",
        )


def _find_account(who: str, field: str, world: World) -> Uid:
    account = world.accounts.find_account(who)
    if account is None or account.role is Role.METER:
        raise NotFoundError("unknown_account", f"no tenant's account is {who}", field=field)
    check_proven(account, who, field=field)
    return account.uid


def _profile_changes(row: Row, uid: Uid, world: World) -> dict[str, object]:
    """What the profile lacks: a name or language that somebody chose is kept."""
    profile = world.store.read_profile(uid)
    name, language = row.given("name"), row.given("language")
    if language is not None and language not in LANGUAGES:
        raise InvalidInputError(
            "invalid_language", f"language must be one of {', '.join(LANGUAGES)}", field="language"
        )
    changes: dict[str, object] = {}
    if name is not None and (profile is None or profile.name is None):
        changes["name"] = parse.parse_name(name)
    if language is not None and (profile is None or profile.language is None):
        changes["language"] = language
    return changes
