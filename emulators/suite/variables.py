"""The environment that programs under the suite find, as under the official one."""

from __future__ import annotations

import json
from collections.abc import Mapping

from emulators.suite.project import HOST, Project


def official_variables(project: Project, ports: Mapping[str, int]) -> dict[str, str]:
    """For CMD and for functions: the project and the addresses of what runs."""
    config = {"projectId": project.project, "databaseURL": database_url(project, ports)}
    variables = {
        "GCLOUD_PROJECT": project.project,
        "GOOGLE_CLOUD_PROJECT": project.project,
        "FIREBASE_CONFIG": json.dumps({k: v for k, v in config.items() if v is not None}),
        "FUNCTIONS_EMULATOR": "true",
        "FIREBASE_EMULATOR_HUB": f"{HOST}:{ports['hub']}",
    }
    for name, variable in (
        ("rtdb", "FIREBASE_DATABASE_EMULATOR_HOST"),
        ("auth", "FIREBASE_AUTH_EMULATOR_HOST"),
        ("firestore", "FIRESTORE_EMULATOR_HOST"),
        ("daraja", "DARAJA_EMULATOR_HOST"),
    ):
        if name in ports:
            variables[variable] = f"{HOST}:{ports[name]}"
    return variables


def function_defaults(ports: Mapping[str, int]) -> dict[str, str]:
    """For functions only, and only where the process' own environment says nothing else."""
    return {
        variable: f"http://{HOST}:{ports[name]}"
        for name, variable in (("hosting", "PUBLIC_BASE_URL"), ("daraja", "DARAJA_BASE_URL"))
        if name in ports
    }


def database_url(project: Project, ports: Mapping[str, int]) -> str | None:
    """The database with its namespace spelled out, so that no SDK guesses another."""
    if "rtdb" not in ports:
        return None
    return f"http://{HOST}:{ports['rtdb']}/?ns={project.namespace}"


def web_config(project: Project, ports: Mapping[str, int]) -> dict[str, object]:
    """/__/firebase/init.json, with the emulators' addresses that production has not."""
    url = database_url(project, ports)
    return {
        "projectId": project.project,
        "apiKey": "fake-api-key",
        "authDomain": f"{HOST}:{ports['hosting']}",
        **({"databaseURL": url} if url else {}),
        "emulators": {
            name: {"host": HOST, "port": port} for name, port in ports.items() if name != "hub"
        },
    }
