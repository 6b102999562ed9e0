"""East Africa time (UTC+3, no summer time): how Daraja writes moments."""

from datetime import UTC, datetime, timedelta, timezone

EAT = timezone(timedelta(hours=3), "EAT")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def eat(at_ms: int) -> datetime:
    """The moment in Nairobi."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(EAT)


def stamp(at_ms: int) -> str:
    """YYYYMMDDHHmmss, as in Timestamp, TransactionDate and TransTime."""
    return eat(at_ms).strftime("%Y%m%d%H%M%S")


def dotted(at_ms: int) -> str:
    """dd.mm.yyyy hh:mm:ss, as in TransactionCompletedDateTime."""
    return eat(at_ms).strftime("%d.%m.%Y %H:%M:%S")


def dashed(at_ms: int) -> str:
    """YYYY-MM-DD HH:MM:SS, as in Pull."""
    return eat(at_ms).strftime("%Y-%m-%d %H:%M:%S")


def utc(at_ms: int) -> str:
    """2026-11-21T08:00:00Z, as in the rows of Pull."""
    return eat(at_ms).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(text: str) -> int | None:
    """Milliseconds of a YYYYMMDDHHmmss, or None when it is not one."""
    return (
        _parse(text, "%Y%m%d%H%M%S")
        if len(text) == 14 and text.isascii() and text.isdecimal()
        else None
    )


def parse_dashed(text: str) -> int | None:
    """Milliseconds of a YYYY-MM-DD HH:MM:SS, or None when it is not one."""
    return _parse(text, "%Y-%m-%d %H:%M:%S") if len(text) == 19 else None


def _parse(text: str, pattern: str) -> int | None:
    try:
        moment = datetime.strptime(text, pattern).replace(tzinfo=EAT)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1)
