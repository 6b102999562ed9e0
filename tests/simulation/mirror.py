"""Calls that go to a fake and to the adapter it stands for, and must end alike on both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from lipamita.domain.errors import LipamitaError

MAX_DIFFERENCES = 20
# What tests say in so many words on the fakes, and what an adapter writes once a minute only.
NOT_COMPARED = frozenset(
    {"measure_queue", "prune_page", "read_health", "recent_alarms", "count_silent_meters"}
)


class Mirror:
    """The adapter that follows; ``differences`` says where it did otherwise."""

    def __init__(self, adapter: object, differences: list[str]) -> None:
        self._adapter = adapter
        self._differences = differences

    def call(
        self, name: str, fake: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """What the fake does; a tag that it gives opens the adapter's node as well."""
        mine = _ended(fake, args, named)
        real = _ended(
            getattr(self._adapter, name),
            tuple(_of_adapter(value) for value in args),
            {key: _of_adapter(value) for key, value in named.items()},
        )
        if name in NOT_COMPARED:
            return mine
        if _plain(mine) != _plain(real) and len(self._differences) < MAX_DIFFERENCES:
            self._differences.append(f"{name}{args[:1]}: {_apart(_plain(mine), _plain(real))}")
        if isinstance(mine, _Raised):
            raise mine.error
        return _joined(mine, real)


class MirroredPort:
    """A port whose fake every call goes to first."""

    def __init__(self, fake: object, mirror: Mirror) -> None:
        self._fake = fake
        self._mirror = mirror

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._fake, name)
        return lambda *args, **named: self._mirror.call(name, method, args, named)


class _Raised:
    """How a call ended that raised."""

    def __init__(self, error: LipamitaError) -> None:
        self.error = error

    def __repr__(self) -> str:
        return f"raised {self.error!r}"


class _Tag(str):
    """The fake's tag, which knows the adapter's."""

    __slots__ = ("of_adapter",)
    of_adapter: str

    @classmethod
    def of(cls, mine: str, real: str) -> _Tag:
        tag = cls(mine)
        tag.of_adapter = real
        return tag


def _ended(method: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        return method(*args, **named)
    except LipamitaError as error:
        return _Raised(error)


def _has_tag(value: object) -> bool:
    return is_dataclass(value) and any(field.name == "tag" for field in fields(value))


def _of_adapter(value: Any) -> Any:
    if _has_tag(value) and isinstance(value.tag, _Tag):
        return replace(value, tag=value.tag.of_adapter)
    return value


def _joined(mine: Any, real: Any) -> Any:
    if _has_tag(mine) and _has_tag(real):
        return replace(mine, tag=_Tag.of(mine.tag, real.tag))
    if isinstance(mine, list | tuple) and isinstance(real, Sequence) and len(mine) == len(real):
        return [_joined(*both) for both in zip(mine, real, strict=True)]
    return mine


def _plain(value: Any) -> Any:
    """What must be equal: not the tags, nor whether it is a list or a tuple."""
    if isinstance(value, _Raised):
        return type(value.error), getattr(value.error, "code", None)
    if _has_tag(value):
        return replace(value, tag="")
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value


def _apart(mine: Any, real: Any) -> str:
    """Where the two part, in the fewest words."""
    if type(mine) is type(real) and is_dataclass(mine) and not isinstance(mine, type):
        pairs = ((field.name, *_both(mine, real, field.name)) for field in fields(mine))
        return "; ".join(f"{name}: {_apart(a, b)}" for name, a, b in pairs if a != b)
    return f"fake {mine!r}, adapter {real!r}"


def _both(mine: Any, real: Any, name: str) -> tuple[Any, Any]:
    return getattr(mine, name), getattr(real, name)
