"""``make deploy PROJECT=your-project``: check the configuration, then hand over to firebase-tools.

What is checked is what would lose money or days: the parameters of functions/.env.PROJECT are
complete and belong together, and the project is a real one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from lipamita.domain.errors import ConfigurationError
from lipamita.entrypoints import settings

FIREBASE = Path("tests/contract/firebase_tools/node_modules/.bin/firebase")
TARGETS = "database,firestore,functions,hosting"
MAX_ENV_BYTES = 64 * 1024


def main() -> int:
    """0 when deployed; 1 with the reason when the configuration must not be deployed."""
    parser = argparse.ArgumentParser(prog="make deploy PROJECT=...", description=__doc__)
    parser.add_argument("project", nargs="?", default="")
    parser.add_argument("--check-only", action="store_true", help="do not deploy")
    given = parser.parse_args()
    problem = find_problem(given.project)
    if problem:
        print(f"Not deployed: {problem}", file=sys.stderr)
        return 1
    print(f"The configuration of {given.project} is complete.")
    if given.check_only:
        return 0
    command = [FIREBASE, "deploy", "--project", given.project, "--only", TARGETS]
    return subprocess.run([str(word) for word in command], check=False).returncode


def find_problem(project: str) -> str | None:
    """Why this project must not be deployed as it is configured; None if it may be."""
    if not project or project.startswith("demo-"):
        return "name the Firebase project: make deploy PROJECT=your-project"
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


if __name__ == "__main__":
    sys.exit(main())
