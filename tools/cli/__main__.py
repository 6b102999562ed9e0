"""``python -m tools.cli``, or bin/lipamita."""

from __future__ import annotations

from tools.cli.commands import app

if __name__ == "__main__":
    app(prog_name="lipamita")
