"""Accounts and the book that keeps them: one uid, one email, one phone number each.

Nothing here knows HTTP, JSON or the clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from emulators.auth.errors import require

MIN_PASSWORD = 6
MAX_ACCOUNTS = 100_000
"""Most accounts of one project in this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """A password as the official emulator exports it: readable, so that seeds can be written."""

    salt: str
    hashed: str

    @classmethod
    def of(cls, plain: str, salt: str) -> Password:
        """`fakeHash:salt=<salt>:password=<plain>`."""
        return cls(salt=salt, hashed=f"fakeHash:salt={salt}:password={plain}")

    def matches(self, plain: str) -> bool:
        """Whether `plain` is the password."""
        return self.hashed == Password.of(plain, self.salt).hashed


@dataclass(frozen=True, slots=True, kw_only=True)
class Federated:
    """An identity at another provider (google.com, ...), as imported."""

    provider_id: str
    raw_id: str
    email: str | None = None
    display_name: str | None = None
    photo_url: str | None = None
    phone_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One user. `claims` is the JSON text of the custom claims, as clients sent it."""

    uid: str
    created_at_ms: int
    email: str | None = None
    email_verified: bool = False
    phone_number: str | None = None
    display_name: str | None = None
    photo_url: str | None = None
    disabled: bool = False
    claims: str | None = None
    password: Password | None = None
    password_updated_at_ms: int | None = None
    custom_auth: bool = False
    federated: tuple[Federated, ...] = ()
    last_login_at_ms: int | None = None
    last_refresh_at_ms: int | None = None
    valid_since_s: int | None = None


class AccountBook:
    """All accounts of one project, found by uid, email or phone number."""

    def __init__(self) -> None:
        self._by_uid: dict[str, Account] = {}
        self._uid_of_email: dict[str, str] = {}
        self._uid_of_phone: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._by_uid)

    def __iter__(self) -> Iterator[Account]:
        for uid in sorted(self._by_uid):
            yield self._by_uid[uid]

    def by_uid(self, uid: str) -> Account | None:
        """The account of this uid."""
        return self._by_uid.get(uid)

    def by_email(self, email: str) -> Account | None:
        """The account of this email address; case does not matter."""
        uid = self._uid_of_email.get(email.lower())
        return None if uid is None else self._by_uid[uid]

    def by_phone(self, phone_number: str) -> Account | None:
        """The account of this E.164 number."""
        uid = self._uid_of_phone.get(phone_number)
        return None if uid is None else self._by_uid[uid]

    def by_federated(self, provider_id: str, raw_id: str) -> Account | None:
        """The account linked to this identity at another provider."""
        for account in self._by_uid.values():
            if any((f.provider_id, f.raw_id) == (provider_id, raw_id) for f in account.federated):
                return account
        return None

    def page(self, *, after: str, limit: int) -> list[Account]:
        """Up to `limit` accounts in uid order, beginning behind the uid `after`."""
        uids = sorted(self._by_uid)
        start = bisect_right(uids, after)
        return [self._by_uid[uid] for uid in uids[start : start + limit]]

    def put(self, account: Account) -> Account:
        """Store a new or changed account. Raises AuthError when email or phone is another's."""
        new = account.uid not in self._by_uid
        require(not new or len(self) < MAX_ACCOUNTS, "QUOTA_EXCEEDED : Too many accounts.")
        if account.email is not None:
            owner = self.by_email(account.email)
            require(owner is None or owner.uid == account.uid, "EMAIL_EXISTS")
        if account.phone_number is not None:
            owner = self.by_phone(account.phone_number)
            require(owner is None or owner.uid == account.uid, "PHONE_NUMBER_EXISTS")
        self.remove(account.uid)
        self._by_uid[account.uid] = account
        if account.email is not None:
            self._uid_of_email[account.email] = account.uid
        if account.phone_number is not None:
            self._uid_of_phone[account.phone_number] = account.uid
        return account

    def remove(self, uid: str) -> None:
        """Forget an account; unknown uids are no error."""
        account = self._by_uid.pop(uid, None)
        if account is None:
            return
        if account.email is not None:
            del self._uid_of_email[account.email]
        if account.phone_number is not None:
            del self._uid_of_phone[account.phone_number]

    def clear(self) -> None:
        """Forget every account."""
        self._by_uid.clear()
        self._uid_of_email.clear()
        self._uid_of_phone.clear()
