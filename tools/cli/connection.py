"""Reach a deployment as its functions do: the same parameters, secrets, ports and adapters.

Parameters are those of functions/.env.PROJECT. Secrets come from the environment, locally from
functions/.secret.local, otherwise from Secret Manager with application default credentials
(``gcloud auth application-default login``). ``--emulator`` means the local emulators.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from socket import gethostname

import google.auth
from google.auth.transport.requests import AuthorizedSession
from lipamita.domain.errors import ConfigurationError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.entrypoints import settings, wiring
from lipamita.use_cases.audit import COMMAND_LINE, Action
from lipamita.use_cases.world import World

from tools.cli.deployment import read_env

EMULATED_PROJECT = "demo-lipamita"
LOCAL_SECRETS = Path("functions/.secret.local")
EMULATORS: Mapping[str, str] = {  # where `python -m emulators start` listens
    "FUNCTIONS_EMULATOR": "true",
    "FIREBASE_DATABASE_EMULATOR_HOST": "127.0.0.1:9000",
    "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099",
    "FIRESTORE_EMULATOR_HOST": "127.0.0.1:8080",
}
TIMEOUT_S = 20
_VAULT = "https://secretmanager.googleapis.com/v1/projects"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
MAX_ADDRESS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A deployment that was reached."""

    project: str
    world: World

    def action(self, name: str, target: str, *watched: str, request: object = None) -> Action:
        """What this command does, as the audit records it."""
        return Action(
            actor=COMMAND_LINE,
            role=Role.ADMIN.value,
            remote_address=f"{getuser()}@{gethostname()}"[:MAX_ADDRESS],
            name=name,
            target=target,
            request=request,
            watched=watched,
        )

    @property
    def caller(self) -> Caller:
        """Whoever holds the project's credentials may do what an admin may."""
        return Caller(uid=Uid(COMMAND_LINE), role=Role.ADMIN)


def connect(project: str, *, emulator: bool) -> Connection:
    """The deployment of that project. Raises ConfigurationError, and what Google's clients raise.

    What the environment already names is left as it is.
    """
    if emulator:
        project = project or EMULATED_PROJECT
        _set_defaults(EMULATORS)
    if not project:
        raise ConfigurationError("configuration", "name the project: --project, or --emulator")
    env_file = Path("functions", f".env.{project}")
    if not env_file.is_file():
        raise ConfigurationError(
            "configuration", f"{env_file} is missing; the README lists its parameters"
        )
    _set_defaults({**read_env(env_file), "GCLOUD_PROJECT": project})
    if LOCAL_SECRETS.is_file() and (emulator or project.startswith("demo-")):
        _set_defaults(read_env(LOCAL_SECRETS))
    missing = [name for name in settings.SECRETS if not os.environ.get(name)]
    if missing and not emulator and not project.startswith("demo-"):  # these have no vault
        _set_defaults(_from_secret_manager(project, missing))
    return Connection(project=project, world=wiring.world())


def _set_defaults(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        os.environ.setdefault(name, value)


def _from_secret_manager(project: str, names: list[str]) -> dict[str, str]:
    """https://cloud.google.com/secret-manager/docs/reference/rest: versions.access."""
    from base64 import b64decode  # noqa: PLC0415

    credentials, _ = google.auth.default(scopes=[_SCOPE])
    found: dict[str, str] = {}
    with AuthorizedSession(credentials) as session:  # type: ignore[no-untyped-call]
        for name in names:
            url = f"{_VAULT}/{project}/secrets/{name}/versions/latest:access"
            answer = session.get(url, timeout=TIMEOUT_S)
            answer.raise_for_status()
            found[name] = b64decode(answer.json()["payload"]["data"]).decode()
    return found
