"""Start the emulators, the functions and the simulator, and know where they listen."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tools.lab.database import Database
from tools.lab.meter import Meter, MeterSettings
from tools.lab.people import Person, sign_in
from tools.lab.process import LimitReachedError, Process
from tools.lab.record import RecordReader
from tools.lab.simulator import Simulator

START_LIMIT_S = 30.0
COMMAND = (sys.executable, "-m", "tools.cli")
EMULATOR_HOSTS = {
    "FIREBASE_DATABASE": "rtdb",
    "FIREBASE_AUTH": "auth",
    "FIRESTORE": "firestore",
}
SEED = Path("emulator-data")
SECRETS_FILE = Path("functions/.secret.local")
SECRET_NAMES = (
    "DARAJA_CONSUMER_KEY",
    "DARAJA_CONSUMER_SECRET",
    "DARAJA_PASSKEY",
    "CALLBACK_SECRET",
    "DEVICE_MASTER_SECRET",
    "WEBHOOK_SECRET",
    "SMS_API_KEY",
    "TUYA_CLIENT_SECRET",
    "DARAJA_INITIATOR_PASSWORD",
)


@dataclass
class Stack:
    """A running system. Stop it, or use it as a context manager's result."""

    processes: list[Process]
    ready: Mapping[str, Any]
    secrets: Mapping[str, str]
    folder: Path
    meters: list[Meter] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """Admin access to the project's namespace."""
        return Database(self.url("rtdb"), self.ready["namespace"])

    @property
    def record(self) -> RecordReader:
        """What Firestore holds."""
        return RecordReader(self.url("firestore"), self.ready["project"])

    @property
    def simulator(self) -> Simulator:
        """The simulator's control."""
        return Simulator(self.url("daraja"))

    def url(self, name: str) -> str:
        """Where an emulator listens."""
        url: str = self.ready[name]["url"]
        return url

    def sign_in(self, email: str, password: str) -> Person:
        """Somebody of the demo estate, using the Hosting address."""
        return sign_in(self.url("auth"), self.url("hosting"), email, password)

    def meter(
        self,
        meter_id: str,
        *,
        die_after: str | None = None,
        echo: Callable[[str], None] | None = None,
        options: Mapping[str, object] | None = None,
        **settings: int,
    ) -> Meter:
        """Start a virtual meter; its storage outlives it within this stack."""
        meter = Meter(
            MeterSettings(
                meter_id=meter_id,
                database_url=self.url("rtdb"),
                namespace=self.ready["namespace"],
                auth_url=self.url("auth"),
                master_secret=self.secrets["DEVICE_MASTER_SECRET"],
                store_dir=self.folder / meter_id,
                options=options or {},
                **settings,
            ),
            die_after=die_after,
            echo=echo,
        )
        self.meters.append(meter)
        return meter

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``lipamita`` as an operator does, against this system."""
        hosts = {
            f"{name}_EMULATOR_HOST": self.url(emulator).removeprefix("http://")
            for name, emulator in EMULATOR_HOSTS.items()
            if emulator in self.ready
        }
        environment = {
            **os.environ,
            **self.secrets,
            **hosts,
            "PYTHONPATH": "functions",
            "FUNCTIONS_EMULATOR": "true",
            "PUBLIC_BASE_URL": self.url("hosting"),
            "DARAJA_BASE_URL": self.url("daraja"),
        }
        return subprocess.run(
            [*COMMAND, *words, "--project", self.ready["project"]],
            env=environment,
            capture_output=True,
            text=True,
            timeout=START_LIMIT_S,
            check=False,
        )

    def register_paybill(self) -> None:
        """Have payments by hand reported, with the command that an operator uses."""
        ran = self.command("register-urls")
        if ran.returncode:
            raise LimitReachedError(f"the PayBill was not registered: {ran.stdout}{ran.stderr}")

    def run_schedule(self, name: str = "reconcile") -> None:
        """Run a scheduled function by hand, as the clock would. Returns when it is done."""
        project = self.ready["project"]
        requests.post(
            f"{self.url('functions')}/functions/projects/{project}/triggers/europe-west1-{name}-0",
            timeout=(3, 70),
        ).raise_for_status()

    def stop(self) -> None:
        """End everything, meters first."""
        for meter in self.meters:
            meter.stop()
        for process in reversed(self.processes):
            process.stop()


def own_secrets() -> dict[str, str]:
    """Secrets of one system alone; no site has an account of its own."""
    made = {name: secrets.token_hex(32) for name in SECRET_NAMES}
    return {**made, "SITE_CREDENTIALS": "{}"}


def start_together(folder: Path, *, echo: Callable[[str], None] | None = None) -> Stack:
    """Everything in one suite on the usual ports, with this machine's own secrets."""
    ready_file = folder / "ready.json"
    process = Process("emulators", _emulators(ready_file, ["--import", str(SEED)]), echo=echo)
    return Stack([process], _ready(process, ready_file), read_secrets(), folder)


def start_apart(folder: Path, *, environment: Mapping[str, str] | None = None) -> Stack:
    """Simulator and suite as processes of their own, on free ports, with secrets of their own.

    No schedule runs by the clock: a journey runs it by hand.
    """
    own = own_secrets()
    own |= {name: value for name, value in (environment or {}).items() if name in own}
    shared = {**own, "DARAJA_SHORT_CODE": "600000", **(environment or {})}
    daraja, first = start_simulator(folder, shared)
    shared |= _initiator(folder, first["daraja"]["url"])
    suite_ready = folder / "suite.json"
    try:
        only = ("rtdb", "auth", "firestore", "functions", "hosting")
        suite = Process(
            "suite",
            _emulators(
                suite_ready,
                [
                    *("--only", ",".join(only), "--import", str(SEED), "--no-clock"),
                    *("--keep-alive-s", "2"),
                    *_free_ports(*only, "hub"),
                ],
            ),
            environment={**shared, "DARAJA_BASE_URL": first["daraja"]["url"]},
        )
    except BaseException:
        daraja.stop()
        raise
    try:
        ready = {**_ready(suite, suite_ready), "daraja": first["daraja"]}
    except BaseException:
        suite.stop()
        daraja.stop()
        raise
    return Stack([daraja, suite], ready, own, folder)


def _initiator(folder: Path, url: str) -> dict[str, str]:
    """What the functions need to send money at this simulator."""
    given = Simulator(url).credentials()
    certificate = folder / "daraja.pem"
    certificate.write_text(given["certificate_pem"])
    return {
        "DARAJA_INITIATOR_NAME": given["initiator_name"],
        "DARAJA_INITIATOR_PASSWORD": given["initiator_password"],
        "DARAJA_CERTIFICATE_FILE": str(certificate.resolve()),
    }


def start_simulator(folder: Path, environment: Mapping[str, str]) -> tuple[Process, dict[str, Any]]:
    """The Daraja simulator alone, on a free port, and where it listens."""
    ready_file = folder / "daraja.json"
    words = ["--only", "daraja", *_free_ports("daraja", "hub")]
    process = Process("simulator", _emulators(ready_file, words), environment=environment)
    return process, _ready(process, ready_file)


def read_secrets() -> dict[str, str]:
    """functions/.secret.local, made by ``make setup``."""
    lines = SECRETS_FILE.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _emulators(ready_file: Path, words: Sequence[str]) -> list[str | Path]:
    return [
        sys.executable, "-m", "emulators", "start", "--watch-parent",
        "--ready-file", ready_file, *words,
    ]  # fmt: skip


def _free_ports(*names: str) -> list[str]:
    return [word for name in names for word in ("--port", f"{name}=0")]


def _ready(process: Process, ready_file: Path) -> dict[str, Any]:
    try:
        process.wait_for(ready_file.exists, limit_s=START_LIMIT_S)
    except LimitReachedError:
        process.stop()
        raise
    node: dict[str, Any] = json.loads(ready_file.read_text())
    return node
