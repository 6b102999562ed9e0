"""What the deployment tool finds in main.py, asked as the tool asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
ASK = (
    "import json, yaml; from firebase_functions.private import serving;"
    "print(json.dumps(yaml.safe_load(serving.functions_as_yaml(serving.get_functions()))))"
)
HTTP = {"api", "daraja_c2b", "daraja_callback", "daraja_result", "device_claim", "stk_push"}
EVENTS = {
    "on_callback_recorded": ("created", "callbacks/{transaction_id}/{evidence_id}"),
    "on_confirmation_recorded": ("created", "confirmations/{confirmation_id}"),
    "on_payment_changed": ("updated", "transactions/{transaction_id}/status"),
    "on_delivery_changed": ("updated", "transactions/{transaction_id}/delivery/status"),
    "on_alert_raised": ("created", "meters/{meter_id}/alerts/{alert_id}"),
    "on_meter_restarted": ("updated", "meters/{meter_id}/status/boot_count"),
    "on_result_recorded": ("created", "results/{refund_id}/{evidence_id}"),
    "on_command_done": ("created", "meters/{meter_id}/commands/{command_id}/done_at"),
    "on_recharge_processed": (
        "updated",
        "meters/{meter_id}/pending_recharge/{transaction_id}/processed",
    ),
}
SCHEDULES = {
    "reconcile": "every 1 minutes",
    "archive": "every 5 minutes",
    "watch": "every 10 minutes",
    "close_books": "every day 03:30",
    "pull": "every 15 minutes",
    "look_at_meters": "every 5 minutes",
    "prune": "every day 03:00",
}
LONG = {"close_books"}  # counts whole days, at night
SECRETS = {
    *("DARAJA_CONSUMER_KEY", "DARAJA_CONSUMER_SECRET", "DARAJA_PASSKEY"),
    *("CALLBACK_SECRET", "DEVICE_MASTER_SECRET", "WEBHOOK_SECRET", "SMS_API_KEY"),
    "TUYA_CLIENT_SECRET",
    "DARAJA_INITIATOR_PASSWORD",
    "SITE_CREDENTIALS",
}
TIMEOUT_S = 60


def listed(ask: str = ASK, /, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT / "functions",
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


@pytest.fixture(scope="module")
def manifest() -> Any:
    asked = listed(FUNCTIONS_CONTROL_API="true", GCLOUD_PROJECT="demo-lipamita")
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout.splitlines()[-1])


def test_exactly_these_functions_are_found(manifest: Any) -> None:
    assert set(manifest["endpoints"]) == {*HTTP, *EVENTS, *SCHEDULES}


def test_every_function_is_found_under_its_own_name(manifest: Any) -> None:
    assert {name: end["entryPoint"] for name, end in manifest["endpoints"].items()} == {
        name: name for name in manifest["endpoints"]
    }


def every(manifest: Any, field: str) -> set[str]:
    return {json.dumps(end.get(field)) for end in manifest["endpoints"].values()}


def test_every_function_stands_beside_the_database(manifest: Any) -> None:
    assert every(manifest, "region") == {'["europe-west1"]'}


def test_every_function_has_a_whole_cpu(manifest: Any) -> None:
    assert every(manifest, "cpu") == {"1"}


def test_every_function_is_bounded(manifest: Any) -> None:
    for name, end in manifest["endpoints"].items():
        assert 0 < end["timeoutSeconds"] <= (540 if name in LONG else 60)
        assert 0 < end["maxInstances"] <= 20
        assert end["availableMemoryMb"] == 512


def test_every_function_gets_its_secrets(manifest: Any) -> None:
    for end in manifest["endpoints"].values():
        assert {secret["key"] for secret in end["secretEnvironmentVariables"]} == SECRETS


def test_http_functions_are_public(manifest: Any) -> None:
    found = {name: end for name, end in manifest["endpoints"].items() if "httpsTrigger" in end}
    assert {name: end["httpsTrigger"] for name, end in found.items()} == {
        name: {"invoker": ["public"]} for name in HTTP
    }


def test_events_are_taken_from_their_paths(manifest: Any) -> None:
    patterns = {
        name: (
            manifest["endpoints"][name]["eventTrigger"]["eventType"].rsplit(".", 1)[1],
            manifest["endpoints"][name]["eventTrigger"]["eventFilterPathPatterns"]["ref"],
        )
        for name in EVENTS
    }
    assert patterns == EVENTS


def test_schedules_run_one_at_a_time(manifest: Any) -> None:
    for name, schedule in SCHEDULES.items():
        end = manifest["endpoints"][name]
        assert (end["scheduleTrigger"]["schedule"], end["maxInstances"]) == (schedule, 1)


def test_no_secret_is_declared_as_a_plain_parameter(manifest: Any) -> None:
    plain = {param["name"] for param in manifest["params"] if param["type"] != "secret"}
    assert not SECRETS & plain


def test_a_serving_process_with_a_bad_configuration_does_not_start() -> None:
    served = listed(K_SERVICE="stk-push", GCLOUD_PROJECT="estate", DARAJA_ENVIRONMENT="emulator")
    assert served.returncode != 0
    assert "ConfigurationError" in served.stderr


def test_a_cold_start_pays_for_nothing_that_few_calls_need() -> None:
    few = ("google.cloud.firestore", "fpdf", "PIL", "openpyxl")
    asked = listed(
        f"import main, sys; print([name for name in {few} if name in sys.modules])",
        FUNCTIONS_CONTROL_API="true",
        GCLOUD_PROJECT="demo-lipamita",
    )
    assert asked.stdout.splitlines()[-1] == "[]", asked.stderr
