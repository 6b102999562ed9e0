"""``python -m tests.simulation --runs 10000 --seed 1``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "functions"))
from tests.simulation.command import main

sys.exit(main())
