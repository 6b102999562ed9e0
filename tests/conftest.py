"""Settings that all tests share: how hard Hypothesis tries.

HYPOTHESIS_PROFILE=deep searches for longer. On CI the examples are the same in every run, so that
a failure is the change's own.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# Modules of checks that several folders import: their asserts must explain themselves, too.
pytest.register_assert_rewrite("tests.contract.suite", "tests.journeys", "tests.fakes")

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.register_profile("deep", settings.get_profile("default"), max_examples=2_000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default")
)
