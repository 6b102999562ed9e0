"""Whether a project may be deployed as it is configured.

What is checked is what would lose money or days: the parameters of functions/.env.PROJECT are
complete and belong together, and the project is a real one.
"""

from __future__ import annotations

import os
from pathlib import Path

from lipamita.domain.errors import ConfigurationError
from lipamita.entrypoints import settings

FIREBASE = Path("tests/contract/firebase_tools/node_modules/.bin/firebase")
TARGETS = "database,firestore,functions,hosting"
MAX_ENV_BYTES = 64 * 1024


def find_problem(project: str) -> str | None:
    """Why this project must not be deployed as it is configured; None if it may be."""
    if not project or project.startswith("demo-"):
        return "name the Firebase PROJECT; a demo one is never deployed"
    env_file = Path("functions", f".env.{project}")
    if not env_file.is_file():
        return f"{env_file} is missing; the README lists its parameters"
    os.environ.update(read_env(env_file))
    os.environ.update({"GCLOUD_PROJECT": project, "K_SERVICE": "deploy-check"})
    os.environ.pop("FUNCTIONS_EMULATOR", None)
    try:
        settings.read_settings()
    except ConfigurationError as error:
        return f"{env_file}: {error.message}"
    return None


def read_env(path: Path) -> dict[str, str]:
    """NAME=value lines; # begins a comment line; quotes around a value are dropped."""
    values = {}
    for line in path.read_text()[:MAX_ENV_BYTES].splitlines():
        name, found, value = line.strip().partition("=")
        if found and not name.startswith("#"):
            values[name.strip()] = value.strip().strip("\"'")
    return values
