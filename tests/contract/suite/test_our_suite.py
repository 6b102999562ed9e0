from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .checks import CHECKS
from .processes import Addresses, addresses, copy_project, started


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    project: Path = copy_project(tmp_path_factory.mktemp("suite"))
    with started(project, "--import", "seed") as (_, ready):
        yield addresses(ready)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
def test_our_suite(suite: Addresses, check: Callable[[Addresses], None]) -> None:
    check(suite)
