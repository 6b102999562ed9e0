"""Web addresses in the configuration: which are safe to speak to, and from where."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import SplitResult, urlsplit

from lipamita.domain.errors import ConfigurationError


def web_address(name: str, url: str) -> str:
    """The address in the parameter of that name, if it is https; http only under the emulators.

    Raises ConfigurationError.
    """
    address = parts(name, url)
    schemes = ("https", "http") if is_emulated() else ("https",)
    if address.scheme not in schemes or not address.hostname:
        raise wrong(name, "must be an https URL")
    if address.username or address.password:
        raise wrong(name, "must not hold a password: addresses are no secrets")
    return url


def parts(name: str, url: str) -> SplitResult:
    """The URL taken apart. Raises ConfigurationError."""
    try:
        return urlsplit(url)
    except ValueError:
        raise wrong(name, "must be a URL") from None


def is_local(host: str) -> bool:
    """Whether nobody outside can reach that host."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


def is_emulated() -> bool:
    """Whether this process runs under the local emulators."""
    return os.environ.get("FUNCTIONS_EMULATOR") == "true"


def wrong(name: str, expected: str) -> ConfigurationError:
    """What is wrong with the parameter of that name."""
    return ConfigurationError("configuration", f"{name} {expected}", field=name)
