"""One project's accounts with its clock and its source of ids: what every operation works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from emulators.auth.accounts import MIN_PASSWORD, Account, AccountBook, Password
from emulators.auth.errors import AuthError, require
from emulators.auth.tokens import (
    ID_TOKEN_SECONDS,
    Claims,
    Grant,
    decode_jwt,
    encode_grant,
    id_token,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who an ID token speaks for, and how they signed in."""

    account: Account
    provider: str
    auth_time_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCode:
    """A code that was sent to a phone."""

    phone_number: str
    code: str


@dataclass(slots=True, kw_only=True)
class Desk:
    """`now_ms` gives epoch milliseconds; `new_id(n)` gives n random letters and digits."""

    project: str
    now_ms: Callable[[], int]
    new_id: Callable[[int], str]
    book: AccountBook = field(default_factory=AccountBook)
    hide_unknown_emails: bool = False
    codes: dict[str, PhoneCode] = field(default_factory=dict)

    def now_s(self) -> int:
        """Seconds since the epoch."""
        return self.now_ms() // 1000

    def hash_password(self, plain: str, salt: str | None = None) -> Password:
        """A new password of at least six characters. Raises WEAK_PASSWORD."""
        require(
            len(plain) >= MIN_PASSWORD,
            f"WEAK_PASSWORD : Password should be at least {MIN_PASSWORD} characters",
        )
        return Password.of(plain, salt or f"fakeSalt{self.new_id(20)}")

    def sign_in(self, account: Account, provider: str, extra: Claims) -> dict[str, object]:
        """Note the login and issue both tokens: idToken, refreshToken, expiresIn (text)."""
        require(not account.disabled, "USER_DISABLED")
        account = self.book.put(replace(account, last_login_at_ms=self.now_ms()))
        return self.issue(account, provider, auth_time_s=self.now_s(), extra=extra)

    def issue(
        self, account: Account, provider: str, *, auth_time_s: int, extra: Claims
    ) -> dict[str, object]:
        """Fresh tokens for someone who signed in at `auth_time_s`."""
        account = self.book.put(replace(account, last_refresh_at_ms=self.now_ms()))
        grant = Grant(
            project=self.project,
            uid=account.uid,
            provider=provider,
            auth_time_s=auth_time_s,
            extra_claims=extra,
            serial=self.new_id(20),
        )
        return {
            "idToken": id_token(account, grant, self.now_s()),
            "refreshToken": encode_grant(grant),
            "expiresIn": str(ID_TOKEN_SECONDS),
        }

    def session(self, token: str) -> Session:
        """Read an ID token.

        Raises INVALID_ID_TOKEN, USER_NOT_FOUND, TOKEN_EXPIRED (too old, or revoked since) and
        USER_DISABLED.
        """
        match decode_jwt(token):
            case {
                "user_id": str(uid),
                "iat": int(issued_s),
                "exp": int(expires_s),
                "auth_time": int(auth_time_s),
                "aud": self.project,
                "firebase": {"sign_in_provider": str(provider)},
            }:
                pass
            case _:
                raise AuthError("INVALID_ID_TOKEN")
        account = self.book.by_uid(uid)
        if account is None:
            raise AuthError("USER_NOT_FOUND")
        require(issued_s >= (account.valid_since_s or 0), "TOKEN_EXPIRED")
        require(expires_s > self.now_s(), "TOKEN_EXPIRED")
        require(not account.disabled, "USER_DISABLED")
        return Session(account=account, provider=provider, auth_time_s=auth_time_s)
