"""A credential that opens nothing, for SDK services that want one before their first call."""

from __future__ import annotations

from typing import Any

from firebase_admin import credentials
from google.auth.credentials import AnonymousCredentials


class EmulatorCredential(credentials.Base):  # type: ignore[misc]
    """No rights at all."""

    def get_credential(self) -> Any:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
