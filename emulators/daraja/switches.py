"""How strict, and how odd, the simulator is as a whole; a single payment's faults are scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args, get_type_hints

InFlight = Literal["4999", "empty_200", "being_processed"]
BalanceItem = Literal["absent", "no_value", "number", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Each field is a member of the JSON at /simulator/switches."""

    allow_local_callbacks: bool = False
    """Take http and loopback addresses where Daraja wants public https."""
    new_token_kills_old: bool = True
    expires_in_as_text: bool = True
    query_limit_per_minute: int = 0
    """The sandbox allows 5 queries in 60 s; 0 means no limit."""
    query_in_flight: InFlight = "4999"
    query_random_500_percent: int = 0
    callback_balance: BalanceItem = "absent"
    callback_mask_phone: bool = False
    c2b_twin: bool = True
    """Tell a registered C2B confirmation URL about STK payments too."""
    c2b_validation: bool = False
    """Ask the validation URL first; on a real short code support switches it on."""
    c2b_register_once: bool = False
    """Refuse a second registration, as production does."""
    same_amount_rule: bool = False
    """Result 17 for the same amount from the same payer within two minutes."""
    forwarded_for: str = "196.201.212.69"
    """X-Forwarded-For of callbacks; empty sends none."""


class BadSwitchError(ValueError):
    """A switch that does not exist or a value it cannot take."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def set_switches(switches: Switches, wanted: Mapping[str, object]) -> Switches:
    """`switches` with the wanted ones changed; BadSwitchError names the first that is wrong."""
    kinds = get_type_hints(Switches)
    for name, value in wanted.items():
        if name not in kinds:
            known = ", ".join(field.name for field in fields(Switches))
            raise BadSwitchError(name, f"unknown switch {name}; known: {known}")
        choices = get_args(kinds[name])
        if choices:
            if value not in choices:
                raise BadSwitchError(name, f"{name} must be one of {', '.join(choices)}")
        elif type(value) is not kinds[name] or (isinstance(value, int) and value < 0):
            raise BadSwitchError(name, f"{name} must be a {kinds[name].__name__}, not {value!r}")
    return replace(switches, **dict(wanted))  # type: ignore[arg-type]
