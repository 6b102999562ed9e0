"""Who knocks at the database: every kind of caller the rules tell apart, and its ID token."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One caller. `uid` None means no token at all; `claims` are the custom claims of the token."""

    name: str
    uid: str | None
    claims: Mapping[str, object] = field(default_factory=dict)

    @property
    def id_token(self) -> str | None:
        """An unsigned ID token (alg none, empty signature), as the emulators accept it."""
        if self.uid is None:
            return None
        header = {"alg": "none", "typ": "JWT"}
        payload = {
            **self.claims,
            "iss": "https://securetoken.google.com/demo-lipamita",
            "aud": "demo-lipamita",
            "sub": self.uid,
            "user_id": self.uid,
            "auth_time": 0,
            "iat": 0,
            "exp": 3600,
            "firebase": {"identities": {}, "sign_in_provider": "password"},
        }
        return f"{_part(header)}.{_part(payload)}."


NOBODY = Identity(name="nobody", uid=None)
OWNER = Identity(name="owner", uid="tenant-amina")
NEIGHBOUR = Identity(name="neighbour", uid="tenant-brian")
STRANGER = Identity(name="stranger", uid="just-signed-up")
DEVICE = Identity(
    name="device", uid="device-mtr-001", claims={"role": "meter", "meter_id": "MTR-001"}
)
OTHER_DEVICE = Identity(
    name="other device", uid="device-mtr-002", claims={"role": "meter", "meter_id": "MTR-002"}
)
REPLACED_DEVICE = Identity(
    name="replaced device",
    uid="device-mtr-001-old",
    claims={"role": "meter", "meter_id": "MTR-001"},
)
CLAIMLESS_DEVICE = Identity(name="device without claims", uid="device-mtr-001")
MISPLACED_DEVICE = Identity(
    name="device of another meter_id",
    uid="device-mtr-001",
    claims={"role": "meter", "meter_id": "MTR-002"},
)
DEMOTED_DEVICE = Identity(
    name="device of another role",
    uid="device-mtr-001",
    claims={"role": "tenant", "meter_id": "MTR-001"},
)
FORGED_DEVICE = Identity(
    name="tenant with a meter's claims",
    uid="tenant-brian",
    claims={"role": "meter", "meter_id": "MTR-001"},
)
OPERATOR = Identity(name="operator", uid="operator-grace", claims={"role": "operator"})
ADMIN = Identity(name="admin", uid="admin-hope", claims={"role": "admin"})
# Their ID tokens still say what they were when they signed in.
DISMISSED_OPERATOR = Identity(
    name="dismissed operator", uid="operator-gone", claims={"role": "operator"}
)
DEMOTED_ADMIN = Identity(name="demoted admin", uid="admin-demoted", claims={"role": "admin"})
LOOKALIKE_STAFF = Identity(
    name="role in a list", uid="listed-role", claims={"role": ["admin", "operator"]}
)
MISSPELT_STAFF = Identity(name="role in capitals", uid="loud-role", claims={"role": "ADMIN"})

EVERYONE = (
    NOBODY,
    OWNER,
    NEIGHBOUR,
    STRANGER,
    DEVICE,
    OTHER_DEVICE,
    REPLACED_DEVICE,
    CLAIMLESS_DEVICE,
    MISPLACED_DEVICE,
    DEMOTED_DEVICE,
    FORGED_DEVICE,
    OPERATOR,
    ADMIN,
    DISMISSED_OPERATOR,
    DEMOTED_ADMIN,
    LOOKALIKE_STAFF,
    MISSPELT_STAFF,
)
# What none of these may do is open to no one; NOBODY is there for rules that forget to ask.
TRUSTED_MOST = (OWNER, DEVICE, OTHER_DEVICE, OPERATOR, ADMIN, NOBODY)
STAFF = frozenset({OPERATOR.name, ADMIN.name})
NO_ONE: frozenset[str] = frozenset()


def only(*identities: Identity) -> frozenset[str]:
    """The names of these callers, as the tables write them."""
    return frozenset(identity.name for identity in identities)


def _part(value: Mapping[str, object]) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
