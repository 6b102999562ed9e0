"""The label of a board: what is printed is what is flashed, and both are what the server takes."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import pytest
from lipamita.domain.claim import parse_hardware_id, parse_label_secret

from tools.label import main


def test_the_label_and_the_settings_agree_and_can_be_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "label.csv"
    assert main(["a0:b1:c2:d3:e4:f5", "--csv", str(file)]) == 0
    printed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()[:2])
    rows = {row["key"]: row["value"] for row in csv.DictReader(io.StringIO(file.read_text()))}
    assert printed["Board"] == rows["hardware_id"] == "A0B1C2D3E4F5"
    assert parse_hardware_id(printed["Board"]) == rows["hardware_id"]
    assert parse_label_secret(printed["Secret"]) == rows["secret"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_label_has_a_secret_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        main(["A0B1C2D3E4F5"])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("WIFI:")]
    assert len(set(lines)) == 2


def test_settings_that_stand_are_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "label.csv"
    main(["A0B1C2D3E4F5", "--csv", str(file)])
    with pytest.raises(FileExistsError):
        main(["A0B1C2D3E4F5", "--csv", str(file)])


def test_a_wrong_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["A0B1"]) == 2
    assert "12 digits and letters" in capsys.readouterr().err
